import { BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, Tooltip } from 'chart.js'
import { byId, colour, element, number, within } from './dom.js'
import { DEBT_VERDICTS, type Model, VERDICTS } from './model.js'

/** Bars of a chart; the others are counted below it. */
const MAX_BARS = 10
const BAR_HEIGHT = 30
const AXIS_HEIGHT = 78
/** Characters of a bar's name, on a wide and on a narrow drawing (CSS pixels). */
const MAX_NAME = 34
const MAX_NARROW_NAME = 19
const NARROW = 480

interface Bar {
  readonly name: string
  readonly parts: readonly number[]
  readonly total: number
}

/** What a chart shows: bars, each of parts, and what a click on a bar asks for. */
interface Subject {
  readonly id: string
  readonly label: string
  readonly parts: readonly { readonly label: string; readonly colour: string }[]
  readonly bars: () => readonly Bar[]
  readonly choose: (name: string) => void
}

export interface Charts {
  /** After the filters changed. */
  update(): void
  /** After the theme changed. */
  repaint(): void
}

const DEBTS = ['repository', 'rule', 'registry'] as const

export function setUpCharts(
  model: Model,
  kept: Uint8Array,
  ask: { registry: (name: string) => void; words: (words: string) => void },
): Charts {
  Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip, Legend)
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
  Chart.defaults.animation = false
  const by = byId('debt-by', HTMLSelectElement)
  for (const debt of DEBTS) by.append(element('option', { value: debt }, [debt]))
  const registries = drawing({
    id: 'registries',
    label: 'Images by registry, each image once by its worst verdict',
    parts: VERDICTS.map(({ id, label }) => ({ label, colour: id })),
    bars: () => imagesByRegistry(model, kept),
    choose: ask.registry,
  })
  const debt = drawing({
    id: 'debt',
    label: 'References with findings, by verdict',
    parts: VERDICTS.slice(0, DEBT_VERDICTS).map(({ id, label }) => ({ label, colour: id })),
    bars: () => debtBy(model, kept, by.value),
    choose: (name) => (by.value === 'registry' ? ask.registry(name) : ask.words(name)),
  })
  by.addEventListener('change', () => debt.update())
  const charts = [registries, debt]
  return { update: () => charts.forEach((chart) => chart.update()), repaint: () => charts.forEach((chart) => chart.repaint()) }
}

// ------------------------------------------------------------------------------------------ what is drawn

class Bars {
  private readonly counted = new Map<string, number[]>()

  add(name: string, part: number, parts: number): void {
    let bar = this.counted.get(name)
    if (bar === undefined) this.counted.set(name, (bar = new Array<number>(parts).fill(0)))
    bar[part] = (bar[part] ?? 0) + 1
  }

  /** Longest first. */
  close(): readonly Bar[] {
    const bars = [...this.counted].map(([name, parts]) => ({ name, parts, total: parts.reduce((sum, part) => sum + part, 0) }))
    bars.sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1))
    return bars
  }
}

function imagesByRegistry(model: Model, kept: Uint8Array): readonly Bar[] {
  const worst = new Map<number, { registry: string; verdict: number }>()
  for (let use = 0; use < model.count; use++) {
    const image = model.value('image', use)
    if (kept[use] !== 1 || image === 0) continue
    const known = worst.get(image)
    const verdict = model.value('verdict', use)
    if (known === undefined) worst.set(image, { registry: model.text('registry', use), verdict })
    else if (verdict < known.verdict) known.verdict = verdict
  }
  const bars = new Bars()
  for (const { registry, verdict } of worst.values()) bars.add(registry, verdict, VERDICTS.length)
  return bars.close()
}

function debtBy(model: Model, kept: Uint8Array, by: string): readonly Bar[] {
  const bars = new Bars()
  for (let use = 0; use < model.count; use++) {
    const verdict = model.value('verdict', use)
    if (kept[use] !== 1 || verdict >= DEBT_VERDICTS) continue
    for (const name of debtors(model, use, by)) bars.add(name, verdict, DEBT_VERDICTS)
  }
  return bars.close()
}

function debtors(model: Model, use: number, by: string): Iterable<string> {
  if (by === 'rule') return new Set(model.findings(use).map(({ rule }) => rule))
  const name = model.text(by === 'registry' ? 'registry' : 'repository', use)
  return [name === '' ? 'unresolved' : name]
}

// --------------------------------------------------------------------------------------------- the drawing

function drawing(subject: Subject): Charts {
  const figure = byId(subject.id, HTMLElement)
  const canvas = within(figure, 'canvas', HTMLCanvasElement)
  const frame = within(figure, '.canvas', HTMLElement)
  const table = within(figure, '.scroll', HTMLElement)
  const rest = within(figure, '.rest', HTMLElement)
  let chart: Chart | undefined
  let shown: readonly Bar[] = []
  const paint = (): void => {
    chart?.destroy()
    frame.style.height = `${Math.max(1, shown.length) * BAR_HEIGHT + AXIS_HEIGHT}px`
    // The canvas of a chart that is gone is as wide as any canvas: its frame has the width of the page.
    chart = draw(canvas, frame.clientWidth, shown, subject)
  }
  const update = (): void => {
    const all = subject.bars()
    shown = all.slice(0, MAX_BARS)
    rest.textContent = restOf(all.slice(MAX_BARS))
    canvas.setAttribute(
      'aria-label',
      `${subject.label}. ${shown.map(({ name, total }) => `${name}: ${number(total)}`).join(', ') || 'Nothing to show.'}`,
    )
    table.replaceChildren(tableOf(all, subject))
    paint()
  }
  return { update, repaint: paint }
}

function restOf(bars: readonly Bar[]): string {
  if (bars.length === 0) return ''
  return `${number(bars.length)} more, together ${number(bars.reduce((sum, { total }) => sum + total, 0))}`
}

function draw(canvas: HTMLCanvasElement, width: number, bars: readonly Bar[], { parts, choose }: Subject): Chart {
  const [ink, line] = [colour('quiet'), colour('line')]
  const used = parts.map((part, index) => ({ ...part, index })).filter(({ index }) => bars.some((bar) => (bar.parts[index] ?? 0) > 0))
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: bars.map(({ name }) => shorten(name, width < NARROW ? MAX_NARROW_NAME : MAX_NAME)),
      datasets: used.map(({ label, colour: name, index }) => ({
        label,
        data: bars.map((bar) => bar.parts[index] ?? 0),
        backgroundColor: colour(`${name}-fill`),
        borderRadius: 3,
        maxBarThickness: 20,
      })),
    },
    options: {
      indexAxis: 'y',
      maintainAspectRatio: false,
      responsive: true,
      onClick: (_event, [hit]) => {
        const bar = hit === undefined ? undefined : bars[hit.index]
        if (bar !== undefined) choose(bar.name)
      },
      scales: {
        x: { stacked: true, ticks: { color: ink, precision: 0 }, grid: { color: line }, border: { display: false } },
        y: { stacked: true, ticks: { color: ink, autoSkip: false }, grid: { display: false }, border: { color: line } },
      },
      plugins: {
        legend: { position: 'bottom', labels: { color: ink, boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2 } },
        tooltip: { callbacks: { title: ([item]) => bars[item?.dataIndex ?? -1]?.name ?? '' } },
      },
    },
  })
}

function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name
  const half = Math.floor((limit - 1) / 2)
  return `${name.slice(0, half)}…${name.slice(-half)}`
}

/** As many rows as the eye takes in; the table below the charts has them all. */
const MAX_TABLE_ROWS = 200

function tableOf(bars: readonly Bar[], { label, parts }: Subject): HTMLTableElement {
  const head = element('tr', {}, [
    element('th', { scope: 'col' }, ['Name']),
    ...[...parts.map((part) => part.label), 'All'].map((title) => element('th', { scope: 'col' }, [title])),
  ])
  const rows = bars
    .slice(0, MAX_TABLE_ROWS)
    .map(({ name, parts: values, total }) =>
      element('tr', {}, [
        element('th', { scope: 'row' }, [name]),
        ...[...values, total].map((value) => element('td', {}, [number(value)])),
      ]),
    )
  return element('table', {}, [element('caption', {}, [label]), element('thead', {}, [head]), element('tbody', {}, rows)])
}
