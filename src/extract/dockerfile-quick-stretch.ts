/*
 * The instructions of a Dockerfile as most are written, as expressions: they go over a file several times faster than code does that runs for
 * the first time. Instructions that name no image, in which nothing can be wrong, are passed many at once; the next one that names some, or
 * that is not known here, ends the stretch. A text is matched in one way only, so that going back finds nothing else, and ends soon.
 */

/** The groups of an expression: what the instruction at the end of a stretch says, if it is a known one. */
export const PLATFORM = 1
export const BASE = 2
export const NAME = 3
/** Before the first FROM. */
export const ARGUMENT = 4
export const DOUBLE_QUOTED = 5
export const SINGLE_QUOTED = 6
export const UNQUOTED = 7
/** Behind it. */
export const TRIGGER = 4
export const SOURCE = 5
export const MOUNTS = 6
export const HEREDOC_MOUNTS = 7
export const TABS = 8
export const HEREDOC = 10

const BLANKS = '[ \\t]*'
const END = `${BLANKS}\\r?(?:\\n|$)`
/** A comment; one that may be an inline exception needs its place. */
const COMMENT = '#(?![^\\nA-Za-z]*image-policy:)[^\\n]*'
/** A blank line, or a comment. */
const BETWEEN = `(?:${BLANKS}(?:${COMMENT})?\\r?\\n)`
/** The same at the end of a file, where no line break is. */
const LAST = `${BLANKS}(?:${COMMENT})?$`
/** Blanks before what is neither a comment nor the end of the line. */
const CONTENT = `${BLANKS}(?=[!"$-~])`

const FROM =
  '(?:FROM|from)[ \\t]+(?:--platform=([\\w.${}/-]+)[ \\t]+)?([\\w$][\\w.:/@${}+-]*)' +
  `(?:[ \\t]+(?:AS|as|As)[ \\t]+([A-Za-z][\\w.-]*))?${END}`

/** Comments, and the next ARG or FROM of a file in which no FROM stands before. */
export const HEAD = new RegExp(
  `${BETWEEN}*(?:${FROM}|ARG[ \\t]+(\\w+)(?:=(?:"([ !#-[\\]-_a-~]*)"|'([ -&(-[\\]-_a-~]*)'|([!#-&(-[\\]-_a-~]*)))?${END})`,
  'y',
)

const TIME = '[1-9][0-9]{0,4}(?:ms|s|m|h)'

/** A string of a JSON array; it begins with no blank. */
const STRING = '"(?:[!#-[\\]-~]|\\\\[\\\\"])(?:[ !#-[\\]-~]|\\\\[\\\\"])*"'

/** A JSON array of so many strings or more. */
function strings(least: 1 | 2): string {
  return `\\[${BLANKS}${STRING}(?:${BLANKS},${BLANKS}${STRING})${least === 1 ? '*' : '+'}${BLANKS}\\]${END}`
}

function mount(value: string): string {
  return `--mount=[a-z-]+(?:=${value}*)?(?:,[a-z-]+(?:=${value}*)?)*`
}

/** An expression for the stages of a file with this escape character, in which a heredoc may begin or not. */
function stretch(backslash: boolean, heredocs: boolean): RegExp {
  const escape = backslash ? '\\\\' : '`'
  const less = heredocs ? '<' : ''
  // printable characters, without the escape character; the first of an argument begins no flag and no JSON either
  const other = `[^\\x00-\\x20\\x7f-\\uffff${escape}${less}]`
  const first = `(?![[\\]-])${other}`
  const any = `[^\\n${less}]*`
  // blanks, maybe with a line break in them that the escape character takes away
  const gap = `[ \\t]+(?:${escape}${BLANKS}\\r?\\n${BETWEEN}*${CONTENT})?`
  // lines that go on, and one that ends, told apart where they end; a doubled escape character at the end of a line is none of both
  const goesOn = `(?=\\n)(?<=[^${escape}]${escape}${BLANKS}\\r*)\\n${BETWEEN}*(?=${CONTENT})`
  const rest = `${any}(?:${goesOn}${any})*(?=\\n|$)(?<!${escape}${BLANKS}\\r*)(?:\\n|$)`
  const quoted = backslash ? '"(?:[^"\\\\\\r\\n]|\\\\[!-~])*"' : '"[^"`\\r\\n]*"'
  const value = `(?:[^\\x00-\\x20\\x7f-\\uffff"'${escape}]|${quoted}|'[^'${escape}\\r\\n]*')*`
  const pairs = `[\\w.][\\w.-]*=${value}(?:${gap}[\\w.-]+=${value})*${END}`
  const names = `[\\w.][\\w.-]*(?:=${value})?(?:${gap}[\\w.-]+(?:=${value})?)*${END}`
  const times = ['interval', 'timeout', 'start-period', 'start-interval'].map((name) => `(?:--${name}=${TIME}${gap})?`).join('')
  const owner = '(?:--chown=[\\w:.$}{-]+[ \\t]+)?'
  const files = `(?:--chmod=\\w+[ \\t]+)?(?:${first}${other}*${gap}${other}${rest}|${heredocs ? '(?![^\\n]*<)' : ''}${strings(2)})`
  // a trigger forgets the escape directive
  const onbuild = backslash ? '(?:ONBUILD[ \\t]+)?' : ''
  const passed = [
    BETWEEN,
    `${onbuild}(?:${either('RUN', 'CMD', 'WORKDIR', 'EXPOSE', 'USER', 'ENTRYPOINT', 'VOLUME', 'STOPSIGNAL')})${gap}${first}${rest}`,
    `${onbuild}(?:COPY|copy|ADD|add)[ \\t]+(?:--link[ \\t]+)?${owner}${files}`,
    `${onbuild}(?:${either('ENV', 'LABEL')})${gap}(?:${pairs}|[\\w.]+${gap}${other}${rest})`,
    `${onbuild}(?:ARG|arg)${gap}${names}`,
    `(?:${either('CMD', 'ENTRYPOINT', 'SHELL', 'VOLUME', 'RUN')})[ \\t]+${strings(1)}`,
    `HEALTHCHECK${gap}${times}(?:--retries=[1-9][0-9]{0,4}${gap})?CMD[ \\t]+(?:${first}${rest}|${strings(1)})`,
    `HEALTHCHECK[ \\t]+NONE${END}`,
    `MAINTAINER[ \\t]+${first}${rest}`,
  ]
  const trigger = backslash ? '(ONBUILD[ \\t]+)?' : '((?!))?'
  // COPY has a destination behind its heredoc; no variable stands in the line, since it is taken apart as a word
  const opener = `(?:RUN(?:${gap}(${mount('[\\w./:@-]')}(?:${gap}${mount('[\\w./:@-]')})*))?|COPY(?=[ \\t]+\\S+[ \\t]+[\\w./]))`
  const named = [
    FROM,
    `${trigger}COPY[ \\t]+(?:--link[ \\t]+(?!.*--link))?(?:--chown=[\\w:.$}{-]+[ \\t]+(?!.*--chown))?` +
      `--from=([\\w.:/@-]+)[ \\t]+(?:--link[ \\t]+)?${owner}${files}`,
    `RUN${gap}((?:${mount('[\\w./:@${}-]')}${gap})+)${first}${rest}`,
    ...(heredocs ? [`${opener}${gap}<<(-?)(["']?)([A-Za-z_]\\w*)\\9(?:[ \\t]+[\\w./-]+)?${END}`] : []),
    LAST,
  ]
  return new RegExp(`(?:${passed.join('|')})*(?:${named.join('|')})?`, 'y')
}

function either(...keywords: readonly string[]): string {
  return keywords.map((keyword) => `${keyword}|${keyword.toLowerCase()}`).join('|')
}

const PLAIN = stretch(true, false)
const others = new Map<string, RegExp>()

/** `<` on both sides of a line break is `<<` once the lines are joined. */
const HEREDOC_MARK = /<[<\\`]/

/** Goes over instructions of a stage, from the start of a line on. */
export function stretchOf(text: string, escape: '\\' | '`'): RegExp {
  const heredocs = text.includes('<') && HEREDOC_MARK.test(text)
  if (escape === '\\' && !heredocs) return PLAIN
  const key = `${escape}${heredocs}`
  const known = others.get(key) ?? stretch(escape === '\\', heredocs)
  others.set(key, known)
  return known
}
