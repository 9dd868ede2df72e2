import {
  type CellComponent,
  type ColumnDefinition,
  FormatModule,
  InteractionModule,
  ResizeColumnsModule,
  ResizeTableModule,
  Tabulator,
} from 'tabulator-tables'
import { element } from './dom.js'
import { followKeys, type Identified } from './keys.js'

/** A column: what a cell shows, and what it is ordered by. */
export interface Column<Row> {
  readonly title: string
  readonly field: string
  readonly show: (row: Row) => Node
  readonly order: (row: Row) => number | string
  readonly numeric?: true
  /** Left out on a narrow screen. */
  readonly wide?: true
  /** Share of the width that is left, and what it needs at least. */
  readonly grow?: number
  readonly min?: number
  readonly width?: number
}

export interface Sort {
  readonly column: string
  readonly dir: 'asc' | 'desc'
}

export interface GridOptions<Row> {
  readonly label: string
  readonly empty: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  /** What orders the rows at first. */
  readonly sort: Sort
  readonly rowHeight: number
  readonly keep?: (row: Row) => boolean
  readonly open?: (row: Row, from: HTMLElement) => void
}

/** A table of which only the rows in view are in the document. Arrow keys move between rows, Enter opens one, headers sort. */
export interface Grid<Row> {
  /** Asks `keep` again of every row. */
  filter(): void
  replace(rows: readonly Row[]): void
  redraw(): void
  destroy(): void
}

const MAX_ROWS_SHOWN = 16
/** CSS pixels of the header, and room for a word where there are no rows. */
const HEADER = 40
const MIN_ROWS_SHOWN = 3

export function registerModules(): void {
  Tabulator.registerModule([FormatModule, InteractionModule, ResizeColumnsModule, ResizeTableModule])
}

export function createGrid<Row extends Identified>(host: HTMLElement, options: GridOptions<Row>): Grid<Row> {
  const { label, empty, columns, rowHeight, open } = options
  const order = createOrder(options)
  const table = new Tabulator<Row>(host, {
    data: order.shown(),
    columns: columns.map((column) => definition(column)),
    index: 'id',
    height: heightFor(order.shown().length, rowHeight),
    layout: 'fitColumns',
    rowHeight,
    placeholder: element('p', {}, [empty]),
    rowFormatter: (row) => {
      const shown = row.getElement()
      shown.tabIndex = -1
      shown.dataset.id = String(row.getData().id)
      const position = row.getPosition()
      if (position !== false) shown.setAttribute('aria-rowindex', String(position + 1))
    },
    debugInvalidOptions: false,
  })
  const built = new Promise<void>((resolve) => table.on('tableBuilt', resolve))
  const describe = (): void => host.setAttribute('aria-rowcount', String(table.getDataCount() + 1))
  const refresh = async (): Promise<void> => {
    await built
    const shown = order.shown()
    keys.reset()
    await table.setData(shown)
    const height = heightFor(shown.length, rowHeight)
    if (host.style.height !== height) table.setHeight(height)
    describe()
  }
  void built.then(() => {
    nameParts(host, label)
    describe()
    makeSortable(table, order, refresh)
  })
  if (open !== undefined) table.on('rowClick', (_event, row) => open(row.getData(), row.getElement()))
  const keys = followKeys(table, host, open)
  return {
    filter: () => void refresh(),
    replace: (rows) => {
      order.replace(rows)
      void refresh()
    },
    redraw: () => void built.then(() => table.redraw(true)),
    destroy: () => void built.then(() => table.destroy()),
  }
}

/** The library's roles leave the part that scrolls without one, and have the grid own its rows past it. */
function nameParts(host: HTMLElement, label: string): void {
  host.setAttribute('aria-label', label)
  host.removeAttribute('aria-owns')
  host.querySelector('.tabulator-tableholder')?.setAttribute('role', 'rowgroup')
  host.querySelector('.tabulator-table')?.setAttribute('role', 'presentation')
}

/** As high as its rows, up to a bound and to what a screen shows. */
function heightFor(rows: number, rowHeight: number): string {
  return `min(${Math.min(MAX_ROWS_SHOWN, Math.max(MIN_ROWS_SHOWN, rows)) * rowHeight + HEADER}px, 80vh)`
}

function definition<Row>(column: Column<Row>): ColumnDefinition<Row> {
  return {
    title: column.title,
    titleFormatter: () => element('span', { class: 'sorter' }, [column.title]),
    field: column.field,
    formatter: (cell: CellComponent<Row>) => column.show(cell.getData()),
    ...(column.numeric === true && { cssClass: 'numeric' }),
    ...(column.grow !== undefined && { widthGrow: column.grow }),
    ...(column.width !== undefined && { width: column.width }),
    minWidth: column.min ?? 90,
    resizable: true,
  }
}

// -------------------------------------------------------------------------------------------------- order

interface Order<Row> {
  /** The kept rows in their order. */
  shown(): readonly Row[]
  /** Orders by a column; by the same again, the other way round. */
  by(field: string): void
  readonly sort: () => Sort
  replace(rows: readonly Row[]): void
}

/** Sorted once a column, not once a filter: with the table's own sorting each filter of 50,000 rows would sort them again. */
function createOrder<Row>({ rows, columns, sort: first, keep }: GridOptions<Row>): Order<Row> {
  let all = rows
  let sort = first
  let sorted = sortRows(all, columns, sort)
  return {
    shown: () => (keep === undefined ? sorted : sorted.filter(keep)),
    by: (field) => {
      const numeric = columns.find((column) => column.field === field)?.numeric === true
      const start = numeric ? 'desc' : 'asc'
      sort = { column: field, dir: sort.column !== field ? start : sort.dir === 'asc' ? 'desc' : 'asc' }
      sorted = sortRows(all, columns, sort)
    },
    sort: () => sort,
    replace: (next) => {
      all = next
      sorted = sortRows(all, columns, sort)
    },
  }
}

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { column, dir }: Sort): readonly Row[] {
  const order = columns.find(({ field }) => field === column)?.order
  if (order === undefined) return rows
  const sign = dir === 'asc' ? 1 : -1
  const keyed = rows.map((row) => ({ row, key: order(row) }))
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0))
  return keyed.map(({ row }) => row)
}

function makeSortable<Row>(table: Tabulator<Row>, order: Order<Row>, refresh: () => Promise<void>): void {
  const columns = table.getColumns()
  const mark = (): void => {
    const { column: sorted, dir } = order.sort()
    for (const column of columns) {
      const state = column.getField() !== sorted ? 'none' : dir === 'asc' ? 'ascending' : 'descending'
      column.getElement().setAttribute('aria-sort', state)
    }
  }
  for (const column of columns) {
    const header = column.getElement()
    header.tabIndex = 0
    header.addEventListener('click', () => {
      order.by(column.getField())
      mark()
      void refresh()
    })
    header.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      header.click()
    })
  }
  mark()
}
