import { type RowComponent, type Tabulator } from 'tabulator-tables'

export interface Identified {
  readonly id: number
}

const PAGE_ROWS = 10

/** How often a row that is far away is asked for, once a picture. */
const TRIES = 20

const STEPS: ReadonlyMap<string, number> = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['PageDown', PAGE_ROWS],
  ['PageUp', -PAGE_ROWS],
  ['Home', -Infinity],
  ['End', Infinity],
])

/**
 * Moves the focus between the rows of a table, and opens one with Enter or the blank. The table makes and drops rows as it scrolls and as it is
 * drawn again: the focus that a dropped row had goes to the row that took its place, or to the table, so that the next key still arrives.
 * Whoever scrolls meanwhile, with a wheel or a finger, is not brought back.
 */
export function followKeys<Row extends Identified>(
  table: Tabulator<Row>,
  host: HTMLElement,
  open: ((row: Row, from: HTMLElement) => void) | undefined,
): { readonly reset: () => void } {
  /** The position of the row that has the focus, or had it last; 0 for none. */
  let at = 0
  /** The row is not drawn yet. */
  let underway = false
  /** Counts what is to bring a row into view: the next one, and the reader's own scrolling, end the one before. */
  let errand = 0
  let inside = false
  /** The row itself has the focus, or lost it as the table was drawn again; false where the table has it in the row's stead. */
  let onRow = false
  const focusRow = (): void => {
    const row = at === 0 ? undefined : table.getRowFromPosition(at) || undefined
    if (row !== undefined && visibleShare(row.getElement()) > 0) row.getElement().focus({ preventScroll: true })
    else holderOf(host)?.focus({ preventScroll: true })
  }
  const giveBack = (): void => {
    if (inside && !underway && document.activeElement === document.body) focusRow()
  }
  /** What is drawn again takes its place in the next picture only: until then the table keeps the focus for the row. */
  const giveBackDrawn = (): void => {
    if (!inside || underway || document.activeElement !== document.body) return
    const before = onRow ? at : 0
    const own = errand
    focusRow()
    if (before === 0) return
    requestAnimationFrame(() => {
      if (inside && !underway && at === before && errand === own) go(at)
    })
  }
  const letGo = (): void => {
    errand++
    underway = false
    onRow = false
  }
  const go = (to: number): void => {
    const row = table.getRowFromPosition(to)
    if (row === false) return
    at = to
    errand++
    underway = visibleShare(row.getElement()) < 1
    if (!underway) return focusRow()
    bring(row, errand, TRIES)
  }
  /** The library draws the row, yet may stop short of it, or draw all again: until it has the focus and shows, it is asked again. */
  const bring = (row: RowComponent<Row>, own: number, tries: number): void => {
    void table.scrollToRow(row, 'nearest', true).then(() => {
      if (errand !== own) return
      row.getElement().scrollIntoView({ block: 'nearest' })
      // what scrolling brings is drawn with the next picture
      requestAnimationFrame(() => {
        if (errand !== own) return
        const shown = row.getElement()
        shown.scrollIntoView({ block: 'nearest' })
        shown.focus({ preventScroll: true })
        if (tries > 0 && (document.activeElement !== shown || visibleShare(shown) === 0)) return bring(row, own, tries - 1)
        underway = false
      })
    })
  }

  host.addEventListener('focusin', ({ target }) => {
    inside = target instanceof HTMLElement && target.closest('.tabulator-header') === null
    const row = rowAt(target, table)
    onRow = row !== undefined
    if (row !== undefined && !underway) at = row.getPosition() || at
  })
  host.addEventListener('focusout', ({ target }) => {
    // a row that was dropped did not give the focus away
    queueMicrotask(() => {
      if (target instanceof HTMLElement && target.isConnected) inside = host.contains(document.activeElement)
    })
  })
  host.addEventListener('keydown', (event) => {
    const { target, key } = event
    if (!(target instanceof HTMLElement) || target.closest('.tabulator-header') !== null) return
    const row = rowAt(target, table)
    const step = STEPS.get(key)
    if (step !== undefined) go(Math.min(table.getDataCount(), Math.max(1, at + step)))
    else if (row !== undefined && open !== undefined && (key === 'Enter' || key === ' ')) open(row.getData(), row.getElement())
    else return
    event.preventDefault()
  })
  for (const scrolling of ['wheel', 'touchstart', 'pointerdown']) host.addEventListener(scrolling, letGo, { passive: true })
  table.on('renderComplete', giveBackDrawn)
  table.on('scrollVertical', () => requestAnimationFrame(giveBack))
  return {
    reset: () => {
      letGo()
      at = 0
    },
  }
}

function rowAt<Row>(target: EventTarget | null, table: Tabulator<Row>): RowComponent<Row> | undefined {
  const focused = target instanceof HTMLElement ? target.closest('.tabulator-row') : null
  return focused instanceof HTMLElement ? table.getRow(Number(focused.dataset.id)) || undefined : undefined
}

function holderOf(host: HTMLElement): HTMLElement | undefined {
  const holder = host.querySelector('.tabulator-tableholder')
  return holder instanceof HTMLElement ? holder : undefined
}

/** How much of a row's height its table shows, from 0 to 1. */
function visibleShare(row: HTMLElement): number {
  const holder = row.closest('.tabulator-tableholder')
  if (holder === null) return 0
  const [inner, outer] = [row.getBoundingClientRect(), holder.getBoundingClientRect()]
  const shown = Math.min(inner.bottom, outer.bottom) - Math.max(inner.top, outer.top)
  return inner.height === 0 ? 0 : Math.max(0, shown / inner.height)
}
