/*
 * The instructions of a Dockerfile as most are written, as expressions: they go over a file several times faster than code does that runs for
 * the first time. Instructions that name no image, in which nothing can be wrong, are passed many at once; the next one that names some, or
 * that is not known here, ends the stretch. A text is matched in one way only, so that going back finds nothing else, and ends soon. What is
 * common stands in an expression once: V8 takes a millisecond for each when it is first used.
 */

/** The groups of an expression: what the instruction at the end of a stretch says, if it is a known one. */
export const INSTRUCTION = 1
export const PLATFORM = 2
export const BASE = 3
export const NAME = 4
/** Before the first FROM. */
export const ARGUMENT = 5
export const DOUBLE_QUOTED = 6
export const SINGLE_QUOTED = 7
export const UNQUOTED = 8
/** Behind it. */
export const TRIGGER = 5
export const SOURCE = 6
export const MOUNTS = 7
export const HEREDOC_MOUNTS = 8
export const TABS = 9
export const HEREDOC = 11

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

let head: RegExp | undefined

/** Comments, and the next ARG or FROM of a file in which no FROM stands before. */
export function headOf(): RegExp {
  return (head ??= new RegExp(
    `${BETWEEN}*(${FROM}|ARG[ \\t]+(\\w+)(?:=(?:"([ !#-[\\]-_a-~]*)"|'([ -&(-[\\]-_a-~]*)'|([!#-&(-[\\]-_a-~]*)))?${END})`,
    'y',
  ))
}

const OWNER = '(?:--chown=[\\w:.$}{-]+[ \\t]+)?(?:--chmod=\\w+[ \\t]+)?'
const LINK = '(?:--link[ \\t]+)?'
const TIMES = ['interval', 'timeout', 'start-period', 'start-interval', 'retries']
  .map((name) => `(?:--${name}=[1-9][0-9]{0,4}${name === 'retries' ? '' : '(?:ms|s|m|h)'}[ \\t]+)?`)
  .join('')
const SOURCE_FLAG = `COPY[ \\t]+(?:--link[ \\t]+(?!.*--link))?(?:--chown=[\\w:.$}{-]+[ \\t]+(?!.*--chown))?--from=([\\w.:/@-]+)[ \\t]+${LINK}${OWNER}`

/** What begins no flag and no JSON. */
const TEXT = '(?![[\\]-])'
/** A string of a JSON array; it begins with no blank. */
const STRING = '"(?:[!#-[\\]-~]|\\\\[\\\\"])(?:[ !#-[\\]-~]|\\\\[\\\\"])*"'
const STRINGS = `\\[${BLANKS}${STRING}(?:${BLANKS},${BLANKS}${STRING})*${BLANKS}\\]${END}`
/** Files and their destination, which is no heredoc. */
const FILES = `\\[(?![^\\n]*<)${BLANKS}${STRING}(?:${BLANKS},${BLANKS}${STRING})+${BLANKS}\\]${END}`

/** A mount with such values. */
function mount(value: string): string {
  return `--mount=[a-z-]+(?:=${value}*)?(?:,[a-z-]+(?:=${value}*)?)*`
}

/** An expression for the stages of a file with this escape character, in which a heredoc may begin or not. */
function stretch(backslash: boolean, heredocs: boolean): RegExp {
  const escape = backslash ? '\\\\' : '`'
  const less = heredocs ? '<' : ''
  const printable = `[^\\x00-\\x20\\x7f-\\uffff${escape}${less}]`
  const lineBreak = `${escape}${BLANKS}\\r?\\n${BETWEEN}*${CONTENT}`
  // blanks, maybe with a line break in them that the escape character takes away
  const gap = `[ \\t]+(?:${lineBreak})?`
  // lines that go on, and one that ends, told apart where they end; a doubled escape character at the end of a line is none of both
  const goesOn = `(?=\\n)(?<=[^${escape}]${escape}${BLANKS}\\r*)\\n${BETWEEN}*(?=${CONTENT})`
  const any = `[^\\n${less}]*`
  const rest = `${printable}${any}(?:${goesOn}${any})*(?=\\n|$)(?<!${escape}${BLANKS}\\r*)(?:\\n|$)`
  const quoted = backslash ? '"(?:[^"\\\\\\r\\n]|\\\\[!-~])*"' : '"[^"`\\r\\n]*"'
  const value = `(?:[^\\x00-\\x20\\x7f-\\uffff"'${escape}]|${quoted}|'[^'${escape}\\r\\n]*')*`
  const files = `${TEXT}${printable}+${gap}`
  const begun = [
    `(?:RUN|CMD|cmd|ENTRYPOINT|VOLUME|WORKDIR|EXPOSE|USER|STOPSIGNAL)${gap}${TEXT}`,
    `(?:COPY|ADD)[ \\t]+${LINK}${OWNER}${files}`,
    `(?:ENV|LABEL)${gap}[\\w.]+${gap}`,
    // not in a trigger
    `(?<![ \\t])MAINTAINER[ \\t]+${TEXT}`,
    `HEALTHCHECK[ \\t]+${TIMES}(?:${lineBreak})?CMD[ \\t]+${TEXT}`,
  ]
  const passed = [
    // a trigger forgets the escape directive
    `${backslash ? '(?:ONBUILD[ \\t]+)?' : ''}(?:(?:${begun.join('|')})${rest}|` +
      `(?:ENV|LABEL)${gap}[\\w.][\\w.-]*=${value}(?:${gap}[\\w.-]+=${value})*${END}|` +
      `ARG${gap}[\\w.][\\w.-]*(?:=${value})?(?:${gap}[\\w.-]+(?:=${value})?)*${END})`,
    `(?:RUN|CMD|cmd|ENTRYPOINT|VOLUME|SHELL|HEALTHCHECK[ \\t]+${TIMES}(?:${lineBreak})?CMD)[ \\t]+${STRINGS}`,
    `(?:COPY|ADD)[ \\t]+${LINK}${OWNER}${FILES}`,
    `HEALTHCHECK[ \\t]+NONE${END}`,
  ]
  const named = [
    FROM,
    `${backslash ? '(ONBUILD[ \\t]+)?' : '((?!))?'}${SOURCE_FLAG}(?:${files}${rest}|${FILES})`,
    `RUN${gap}((?:${mount('[\\w./:@${}-]')}${gap})+)${TEXT}${rest}`,
    ...(heredocs ? [opener(gap)] : []),
  ]
  return new RegExp(`(?:${BETWEEN}|${passed.join('|')})*(?:(${named.join('|')})|${LAST})?`, 'y')
}

/** RUN or COPY with a heredoc. No variable stands in the line, since it is taken apart as a word; and COPY has a destination. */
function opener(gap: string): string {
  const plain = mount('[\\w./:@-]')
  return `(?:RUN(?:${gap}(${plain}(?:${gap}${plain})*))?|COPY(?=[ \\t]+\\S+[ \\t]+[\\w./]))${gap}<<(-?)(["']?)([A-Za-z_]\\w*)\\10(?:[ \\t]+[\\w./-]+)?${END}`
}

let plain: RegExp | undefined
const others = new Map<string, RegExp>()

/** `<` on both sides of a line break is `<<` once the lines are joined. */
const HEREDOC_MARK = /<[<\\`]/

/** Goes over instructions of a stage, from the start of a line on. */
export function stretchOf(text: string, escape: '\\' | '`'): RegExp {
  const heredocs = text.includes('<') && HEREDOC_MARK.test(text)
  if (escape === '\\' && !heredocs) return (plain ??= stretch(true, false))
  const key = `${escape}${heredocs}`
  const known = others.get(key) ?? stretch(escape === '\\', heredocs)
  others.set(key, known)
  return known
}
