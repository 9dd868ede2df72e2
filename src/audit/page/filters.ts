import { byId, element, number } from './dom.js'
import { type Model, VERDICTS } from './model.js'

/** How long typing must rest before the table follows, in milliseconds: longer than between two strokes, shorter than a reader waits. */
const REST = 120

/** What the reader asked for, and of every use whether it is that. */
export interface Filters {
  readonly kept: Uint8Array
  readonly count: () => number
  /** Whether a text has every word that is searched for. */
  readonly fits: (text: string) => boolean
  /** Looks for these words only. */
  search(words: string): void
  chooseRegistry(registry: string): void
}

/** Fills the form and calls `changed` after each change, once `kept` is worked out. */
export function setUpFilters(model: Model, changed: () => void): Filters {
  const form = byId('filters', HTMLFormElement)
  const search = byId('search', HTMLInputElement)
  const registry = byId('registry', HTMLSelectElement)
  const boxes = verdictBoxes(model)
  const kept = new Uint8Array(model.count).fill(1)
  let count = model.count
  let words: readonly string[] = []
  fillRegistries(model, registry)

  const apply = (): void => {
    words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    const wanted = boxes.map((box) => box.checked)
    const anyVerdict = wanted.every((one) => !one)
    count = 0
    for (let use = 0; use < model.count; use++) {
      const keep =
        (registry.value === '' || model.text('registry', use) === registry.value) &&
        (anyVerdict || wanted[model.value('verdict', use)] === true) &&
        (words.length === 0 || model.matches(use, words))
      kept[use] = keep ? 1 : 0
      if (keep) count++
    }
    changed()
  }
  let timer = 0
  search.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(apply, REST)
  })
  registry.addEventListener('change', apply)
  for (const box of boxes) box.addEventListener('change', apply)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    apply()
  })
  // the form's own reset comes after the event
  form.addEventListener('reset', () => setTimeout(apply))
  return {
    kept,
    count: () => count,
    fits: (text) => words.length === 0 || words.every((word) => text.toLowerCase().includes(word)),
    search: (wanted) => {
      form.reset()
      search.value = wanted
      apply()
    },
    chooseRegistry: (name) => {
      registry.value = name
      apply()
    },
  }
}

function fillRegistries(model: Model, select: HTMLSelectElement): void {
  const uses = new Map<string, number>()
  for (let use = 0; use < model.count; use++) {
    const name = model.text('registry', use)
    if (name !== '') uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  select.append(element('option', { value: '' }, [`All ${number(uses.size)}`]))
  const named = [...uses].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, count] of named) select.append(element('option', { value: name }, [`${name} (${number(count)})`]))
}

function verdictBoxes(model: Model): HTMLInputElement[] {
  const counts = VERDICTS.map(() => 0)
  for (let use = 0; use < model.count; use++) {
    const verdict = model.value('verdict', use)
    counts[verdict] = (counts[verdict] ?? 0) + 1
  }
  const group = byId('verdicts', HTMLFieldSetElement)
  return VERDICTS.map(({ id, label }, verdict) => {
    const box = element('input', { type: 'checkbox', value: id })
    const count = counts[verdict] ?? 0
    box.disabled = count === 0
    group.append(
      element('label', { class: `chip ${id}` }, [
        box,
        element('span', { class: 'dot', 'aria-hidden': 'true' }),
        label,
        element('b', {}, [number(count)]),
      ]),
    )
    return box
  })
}
