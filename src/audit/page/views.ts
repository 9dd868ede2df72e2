import { byId, cell, element, number } from './dom.js'
import { badge, code, type Details } from './details.js'
import { type Filters } from './filters.js'
import { type Column, createGrid, type Grid } from './grid.js'
import { EXCEPTION_COLUMNS, GROUP_COLUMNS, PROBLEM_COLUMNS, REPOSITORY_COLUMNS } from './columns.js'
import { type Group, groupUses, LEVELS, type Level } from './groups.js'
import { type Model } from './model.js'

export interface Views {
  /** After the filters changed. */
  update(): void
  show(id: ViewId): void
}

export type ViewId = 'uses' | 'images' | 'repositories' | 'exceptions' | 'problems'

interface View {
  readonly id: ViewId
  readonly label: string
  readonly count: number | undefined
  readonly build: (host: HTMLElement, panel: HTMLElement) => Shown
}

interface Shown {
  readonly grid: () => Grid<{ readonly id: number }> | undefined
  readonly update: () => void
}

/** Below this width, in CSS pixels, a row is two lines in two columns. */
const NARROW = 760
const ROW = 38
const TALL_ROW = 62

interface Line {
  readonly id: number
}

export function setUpViews(model: Model, filters: Filters, details: Details): Views {
  const narrow = matchMedia(`(max-width: ${NARROW}px)`)
  const panels = byId('panels', HTMLElement)
  const views = viewsOf(model, filters, details, narrow)
  const shown = new Map<ViewId, Shown>()
  const tabs = new Map<ViewId, { tab: HTMLElement; panel: HTMLElement; host: HTMLElement }>()
  let current: ViewId = 'uses'

  const show = (id: ViewId): void => {
    current = id
    for (const [other, { tab, panel }] of tabs) {
      tab.setAttribute('aria-selected', String(other === id))
      tab.tabIndex = other === id ? 0 : -1
      panel.hidden = other !== id
    }
    const built = shown.get(id)
    const place = tabs.get(id)
    const view = views.find((one) => one.id === id)
    if (built !== undefined) {
      built.update()
      built.grid()?.redraw()
    } else if (place !== undefined && view !== undefined) {
      shown.set(id, view.build(place.host, place.panel))
    }
  }
  for (const view of views) {
    const tab = element('button', { type: 'button', role: 'tab', id: `tab-${view.id}`, 'aria-controls': `panel-${view.id}` }, [view.label])
    if (view.count !== undefined) tab.append(' ', element('b', {}, [number(view.count)]))
    const host = element('div', { class: 'grid' })
    const panel = element('div', { id: `panel-${view.id}`, role: 'tabpanel', 'aria-labelledby': `tab-${view.id}` }, [host])
    tab.addEventListener('click', () => show(view.id))
    byId('tabs', HTMLElement).append(tab)
    panels.append(panel)
    tabs.set(view.id, { tab, panel, host })
  }
  byId('tabs', HTMLElement).addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const at = views.findIndex(({ id }) => id === current)
    const next = views[(at + step + views.length) % views.length]
    if (next === undefined) return
    show(next.id)
    tabs.get(next.id)?.tab.focus()
  })
  narrow.addEventListener('change', () => {
    for (const { grid } of shown.values()) grid()?.destroy()
    shown.clear()
    for (const place of tabs.values()) {
      const fresh = element('div', { class: 'grid' })
      place.panel.replaceChildren(fresh)
      place.host = fresh
    }
    show(current)
  })
  show(current)
  return { update: () => shown.get(current)?.update(), show }
}

function viewsOf(model: Model, { kept, fits }: Filters, details: Details, narrow: MediaQueryList): readonly View[] {
  const fixed = <Row extends Line>(rows: readonly Row[], columns: readonly Column<Row>[], options: FixedOptions<Row>) => {
    return (host: HTMLElement): Shown => {
      const keep = (row: Row): boolean => fits(options.words(row))
      const grid = createGrid(host, { rows, columns: fit(columns, narrow), rowHeight: ROW, keep, ...options })
      return { grid: () => grid, update: () => grid.filter() }
    }
  }
  const repositories = model.repositories.map((repository, id) => ({ id, ...repository }))
  const exceptions = model.exceptions.map((exception, id) => ({ id, ...exception }))
  const problems = model.problems.map((problem, id) => ({ id, ...problem }))
  return [
    { id: 'uses', label: 'Where used', count: undefined, build: (host) => usesView(model, kept, details, narrow, host) },
    { id: 'images', label: 'Images', count: undefined, build: (host, panel) => groupsView(model, kept, details, narrow, host, panel) },
    {
      ...{ id: 'repositories', label: 'Repositories', count: repositories.length },
      build: fixed(repositories, REPOSITORY_COLUMNS, {
        ...{ label: 'Repositories', empty: 'No repository was checked.', sort: { column: 'errors', dir: 'desc' } },
        words: ({ name, status, error }) => `${name} ${status} ${error}`,
        open: ({ name }, from) => details.repository(name, from),
      }),
    },
    {
      ...{ id: 'exceptions', label: 'Exceptions', count: exceptions.length },
      build: fixed(exceptions, EXCEPTION_COLUMNS, {
        label: 'Exceptions',
        empty: 'No policy has an exception.',
        sort: { column: 'expires', dir: 'asc' },
        open: (exception, from) => details.exception(exception, from),
        words: ({ image = '', owner, reason, repositories: names }) => `${image} ${owner} ${reason} ${names.join(' ')}`,
      }),
    },
    {
      ...{ id: 'problems', label: 'Unreadable', count: problems.length },
      build: fixed(problems, PROBLEM_COLUMNS, {
        label: 'What could not be read',
        empty: 'Everything could be read.',
        sort: { column: 'repository', dir: 'asc' },
        open: (problem, from) => details.problem(problem, from),
        words: ({ repository, file, line, message }) => `${repository} ${file}:${line} ${message}`,
      }),
    },
  ]
}

interface FixedOptions<Row> {
  readonly label: string
  readonly empty: string
  readonly sort: { readonly column: string; readonly dir: 'asc' | 'desc' }
  /** What the search looks in. */
  readonly words: (row: Row) => string
  readonly open?: (row: Row, from: HTMLElement) => void
}

/** On a narrow screen the first two columns; the panel tells the rest. */
function fit<Row>(columns: readonly Column<Row>[], narrow: MediaQueryList): readonly Column<Row>[] {
  return narrow.matches ? columns.filter(({ wide }) => wide !== true) : columns
}

// ------------------------------------------------------------------------------------------- where used

function usesView(model: Model, kept: Uint8Array, details: Details, narrow: MediaQueryList, host: HTMLElement): Shown {
  const rows = Array.from({ length: model.count }, (_, id): Line => ({ id }))
  const grid = createGrid(host, {
    label: 'Where images are used',
    empty: 'Nothing fits these filters.',
    rows,
    columns: fit(useColumns(model, narrow), narrow),
    sort: { column: 'verdict', dir: 'asc' },
    rowHeight: narrow.matches ? TALL_ROW : ROW,
    keep: ({ id }) => kept[id] === 1,
    open: ({ id }, from) => details.use(id, from),
  })
  return { grid: () => grid, update: () => grid.filter() }
}

/** Wider than any file has lines, so that file and line are one number. */
const LINES = 10_000_000

function useColumns(model: Model, narrow: MediaQueryList): readonly Column<Line>[] {
  const rank = (column: 'image' | 'text' | 'repository' | 'role' | 'file', id: number): number => model.rank[model.value(column, id)] ?? 0
  return [
    {
      title: 'Verdict',
      field: 'verdict',
      width: narrow.matches ? 118 : 128,
      show: ({ id }) => badge(model.value('verdict', id)),
      order: ({ id }) => model.value('verdict', id),
    },
    {
      ...{ title: 'Image', field: 'image', grow: 5, min: 180 },
      show: ({ id }) => imageCell(model, id, narrow.matches),
      order: ({ id }) => rank(model.text('target', id) === 'image' ? 'image' : 'text', id),
    },
    {
      title: 'Repository',
      field: 'repository',
      grow: 3,
      min: 140,
      wide: true,
      show: ({ id }) => cell(model.text('repository', id)),
      order: ({ id }) => rank('repository', id),
    },
    {
      ...{ title: 'Place', field: 'place', grow: 3, min: 140, wide: true },
      show: ({ id }) => cell(`${model.text('file', id)}:${model.value('line', id)}`),
      order: ({ id }) => rank('file', id) * LINES + model.value('line', id),
    },
    {
      title: 'Role',
      field: 'role',
      width: 108,
      wide: true,
      show: ({ id }) => cell(model.text('role', id)),
      order: ({ id }) => rank('role', id),
    },
    {
      title: 'Rules',
      field: 'rules',
      grow: 1,
      min: 146,
      wide: true,
      show: ({ id }) => cell(model.rules(id)),
      order: ({ id }) => model.rules(id),
    },
  ]
}

function imageCell(model: Model, use: number, withPlace: boolean): Node {
  const target = model.text('target', use)
  const name = code(model.name(use))
  const shown = target === 'image' ? [name] : [name, ' ', element('span', { class: 'tag' }, [target])]
  const place = `${model.text('repository', use)} · ${model.text('file', use)}:${model.value('line', use)}`
  return element('div', { class: 'stack' }, [
    element('div', {}, shown),
    ...(withPlace ? [element('div', { class: 'quiet' }, [place])] : []),
  ])
}

// -------------------------------------------------------------------------------------------------- images

function groupsView(
  model: Model,
  kept: Uint8Array,
  details: Details,
  narrow: MediaQueryList,
  host: HTMLElement,
  panel: HTMLElement,
): Shown {
  const level = element(
    'select',
    {},
    LEVELS.map(({ id, label }) => element('option', { value: id }, [label])),
  )
  panel.prepend(element('label', { class: 'level' }, ['Count by ', level]))
  const groups = (): readonly Group[] =>
    groupUses(model, kept, LEVELS.find(({ id }) => id === level.value)?.id ?? ('image' satisfies Level))
  const grid = createGrid(host, {
    label: 'Images',
    empty: 'Nothing fits these filters.',
    rows: groups(),
    columns: fit(GROUP_COLUMNS, narrow),
    sort: { column: 'uses', dir: 'desc' },
    rowHeight: ROW,
    open: (group, from) => details.group(group, from),
  })
  const update = (): void => grid.replace(groups())
  level.addEventListener('change', update)
  return { grid: () => grid, update }
}
