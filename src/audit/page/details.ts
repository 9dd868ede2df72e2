import { byId, element, number } from './dom.js'
import { type Group } from './groups.js'
import { type Model, VERDICTS } from './model.js'
import { type PageFinding } from '../page-data.js'

/** Up to this width, in CSS pixels, the panel covers everything: what is behind it must not take the focus. */
const COVERING = 760

/** Users of an image that the panel lists; the table has them all. */
const MAX_LISTED = 50

type Part = readonly [label: string, value: string | Node]

/** The panel beside the table: it takes the focus when it opens, and gives it back when it closes. */
export interface Details {
  use(use: number, from: HTMLElement): void
  group(group: Group, from: HTMLElement): void
  repository(name: string, from: HTMLElement): void
  exception(exception: Model['exceptions'][number], from: HTMLElement): void
  problem(problem: Model['problems'][number], from: HTMLElement): void
  close(): void
}

export function setUpDetails(model: Model, show: (words: string) => void): Details {
  const panel = byId('details', HTMLElement)
  const title = byId('details-title', HTMLHeadingElement)
  const body = byId('details-body', HTMLElement)
  let opener: HTMLElement | undefined
  const behind = (inert: boolean): void => {
    for (const part of document.querySelectorAll<HTMLElement>('body > header, body > main, body > .skip')) part.inert = inert
  }
  const close = (): void => {
    if (panel.hidden) return
    panel.hidden = true
    behind(false)
    opener?.focus({ preventScroll: true })
  }
  const open = (name: string, content: readonly Node[], from: HTMLElement): void => {
    title.textContent = name
    body.replaceChildren(...content)
    body.scrollTop = 0
    panel.hidden = false
    behind(innerWidth <= COVERING)
    opener = from
    title.focus({ preventScroll: true })
  }
  byId('details-close', HTMLButtonElement).addEventListener('click', close)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  const showUses = (label: string, words: string): HTMLElement => {
    const button = element('button', { type: 'button', class: 'button' }, [label])
    button.addEventListener('click', () => {
      close()
      show(words)
    })
    return button
  }
  return {
    close,
    use: (use, from) => open(model.name(use), useContent(model, use), from),
    group: (group, from) => open(group.name, [...groupContent(model, group), showUses('Show every use', group.words)], from),
    exception: (exception, from) => open(exception.image ?? 'every image', exceptionContent(exception), from),
    problem: ({ repository, file, line, message }, from) =>
      open(
        file,
        [
          definitions([
            ['Repository', repository],
            ['Place', line === 0 ? file : `${file}:${line}`],
            ['What', message],
          ]),
          showUses('Show what the repository uses', repository),
        ],
        from,
      ),
    repository: (name, from) => open(name, [...repositoryContent(model, name), showUses('Show what it uses', name)], from),
  }
}

// ------------------------------------------------------------------------------------------------ contents

function useContent(model: Model, use: number): readonly Node[] {
  const target = model.text('target', use)
  const resolved = model.text('resolved', use)
  const written = model.text('text', use)
  const repository = model.text('repository', use)
  const parts: Part[] = [
    ['Verdict', badge(model.value('verdict', use))],
    ['Where', placeOf(model, use)],
    ['Repository', repository],
    ['Written', code(written)],
    ...(resolved !== '' && resolved !== written ? [['Resolves to', code(resolved)] as const] : []),
    ...(target === 'image' ? [['Image', code(model.text('image', use))] as const] : [['Target', target] as const]),
    ...(model.text('error', use) === '' ? [] : [['Why', model.text('error', use)] as const]),
    ['Role', [model.text('role', use), model.text('owner', use)].filter(Boolean).join(' · ')],
  ]
  const via = model.via(use)
  return [
    definitions(parts),
    ...(via.length === 0
      ? []
      : [
          element('h3', {}, ['Where the value comes from']),
          element(
            'ol',
            {},
            via.map((step) => element('li', {}, [code(step)])),
          ),
        ]),
    ...model.findings(use).map(findingContent),
  ]
}

function findingContent(finding: PageFinding): HTMLElement {
  const { rule, severity, state, message, advice, policy, excuse } = finding
  return element('article', { class: `finding ${state === 'new' ? severity : state}` }, [
    element('h3', {}, [rule, element('span', { class: 'quiet' }, [` ${state === 'new' ? severity : state}`])]),
    element('p', {}, [message]),
    ...(advice === '' ? [] : [element('p', { class: 'advice' }, [advice])]),
    ...(excuse === '' ? [] : [element('p', {}, [`Excused by ${excuse}`])]),
    ...(policy === '' ? [] : [element('p', { class: 'quiet' }, [policy])]),
  ])
}

function groupContent(model: Model, { uses, users, images, verdicts }: Group): readonly Node[] {
  const places = uses.slice(0, MAX_LISTED).map((use) => element('li', {}, [`${model.text('repository', use)} `, placeOf(model, use)]))
  const more = uses.length - places.length
  return [
    definitions([
      [
        'Used by',
        `${number(users.size)} ${users.size === 1 ? 'repository' : 'repositories'}, in ${number(uses.length)} ${uses.length === 1 ? 'place' : 'places'}`,
      ],
      ['Images', number(images.size)],
      ...VERDICTS.flatMap(({ label }, verdict): Part[] =>
        (verdicts[verdict] ?? 0) === 0 ? [] : [[label, number(verdicts[verdict] ?? 0)]],
      ),
    ]),
    element('h3', {}, ['Where']),
    element('ul', { class: 'places' }, places),
    ...(more > 0 ? [element('p', { class: 'quiet' }, [`and ${number(more)} more`])] : []),
  ]
}

function repositoryContent(model: Model, name: string): readonly Node[] {
  const repository = model.repository(name)
  if (repository === undefined) return []
  const { status, error, revision, policies, references, errors, warnings, existing, excepted, unresolved, notes } = repository
  return [
    definitions([
      ['State', status],
      ...(error === '' ? [] : [['Why', error] as const]),
      ...(revision === '' ? [] : [['Revision', code(revision)] as const]),
      ['References', number(references)],
      ['Errors', number(errors)],
      ['Warnings', number(warnings)],
      ['Existing', number(existing)],
      ['Excepted', number(excepted)],
      ['Unresolved', number(unresolved)],
    ]),
    ...(policies.length === 0
      ? []
      : [
          element('h3', {}, ['Policies']),
          element(
            'ul',
            {},
            policies.map((policy) => element('li', {}, [code(policy)])),
          ),
        ]),
    ...notes.map((note) => element('p', {}, [note])),
  ]
}

function exceptionContent({ owner, reason, expires, end, uses, policy, repositories }: Model['exceptions'][number]): readonly Node[] {
  return [
    definitions([
      ['Owner', owner],
      ['Reason', reason],
      ['Ends', expires === undefined ? 'never' : end === 'ended' ? `${expires}, it has ended` : expires],
      ['Uses', number(uses)],
      ['Policy', `${policy.path} line ${policy.line}`],
    ]),
    element('h3', {}, ['Repositories']),
    element(
      'ul',
      { class: 'places' },
      repositories.slice(0, MAX_LISTED).map((name) => element('li', {}, [name])),
    ),
    ...(repositories.length > MAX_LISTED
      ? [element('p', { class: 'quiet' }, [`and ${number(repositories.length - MAX_LISTED)} more`])]
      : []),
  ]
}

// --------------------------------------------------------------------------------------------------- parts

function definitions(parts: readonly Part[]): HTMLElement {
  return element(
    'dl',
    { class: 'parts' },
    parts.flatMap(([label, value]) => [element('dt', {}, [label]), element('dd', {}, [value])]),
  )
}

export function badge(verdict: number): HTMLElement {
  const { id, label } = VERDICTS[verdict] ?? { id: 'unjudged', label: 'Not judged' }
  return element('span', { class: `badge ${id}` }, [element('span', { class: 'dot', 'aria-hidden': 'true' }), label])
}

export function code(content: string): HTMLElement {
  return element('code', {}, [content])
}

/** `file:line`, as a link where the repository can be seen in a browser. */
export function placeOf(model: Model, use: number): Node {
  const [file, line] = [model.text('file', use), model.value('line', use)]
  const shown = `${file}:${line}`
  const base = model.repository(model.text('repository', use))?.link ?? ''
  // the data's maker lets http and https only through
  if (!/^https?:\/\//.test(base)) return code(shown)
  const path = file.split('/').map(encodeURIComponent).join('/')
  return element('a', { href: `${base}/${path}#L${line}`, rel: 'noreferrer noopener', target: '_blank' }, [shown])
}
