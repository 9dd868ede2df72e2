import { setUpCharts } from './charts.js'
import { setUpDetails } from './details.js'
import { byId, element, number } from './dom.js'
import { setUpFilters } from './filters.js'
import { registerModules } from './grid.js'
import { Model } from './model.js'
import { type PageData } from '../page-data.js'
import { setUpTheme } from './theme.js'
import { setUpViews } from './views.js'

forbidMarkup()
start()

/**
 * The page's policy asks the browser for trusted types: a text becomes markup only through this. The table's library sets empty markup and nothing else,
 * so nothing else comes through.
 */
function forbidMarkup(): void {
  window.trustedTypes?.createPolicy('default', { createHTML: (markup) => (markup.trim() === '' ? '' : null) })
}

function start(): void {
  const model = new Model(readData(byId('data', HTMLScriptElement).textContent))
  document.title = model.title
  byId('title', HTMLElement).textContent = model.title
  byId('made', HTMLElement).textContent = `Made ${model.generated.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}`
  showNumbers(model)
  registerModules()
  const filters = setUpFilters(model, () => {
    update()
  })
  const toResults = (): void => byId('results', HTMLElement).scrollIntoView({ block: 'start' })
  const details = setUpDetails(model, (words) => {
    filters.search(words)
    views.show('uses')
    toResults()
  })
  const charts = setUpCharts(model, filters.kept, {
    registry: (name) => filters.chooseRegistry(name),
    words: (words) => filters.search(words),
  })
  const views = setUpViews(model, filters, details)
  let frame = 0
  const tell = (): void => {
    byId('count', HTMLElement).textContent =
      filters.count() === model.count ? `${number(model.count)} uses` : `${number(filters.count())} of ${number(model.count)} uses`
  }
  const update = (): void => {
    tell()
    views.update()
    // the table answers first, the charts with the next picture
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => charts.update())
  }
  tell()
  charts.update()
  setUpTheme(() => charts.repaint())
  showGaps(model, () => {
    views.show('repositories')
    toResults()
  })
}

function readData(json: string): PageData {
  const data: unknown = JSON.parse(json)
  if (isPageData(data)) return data
  throw new Error('this page holds no audit')
}

/** The program that wrote this page wrote the data in it: looking for its members is enough. */
function isPageData(data: unknown): data is PageData {
  return typeof data === 'object' && data !== null && 'uses' in data && 'strings' in data && 'summary' in data
}

function showNumbers(model: Model): void {
  const { images, registries, repositories, references, errors, warnings, existing, excepted, unresolved, problems, ending, ended } =
    model.summary
  const numbers: readonly (readonly [string, number, string])[] = [
    ['Images', images, ''],
    ['Registries', registries, ''],
    ['Repositories', repositories, ''],
    ['References', references, ''],
    ['Errors', errors, 'error'],
    ['Warnings', warnings, 'warning'],
    ['Existing', existing, 'existing'],
    ['Excepted', excepted, 'excepted'],
    ['Unresolved', unresolved, ''],
    ['Unreadable', problems, ''],
    ['Exceptions ending', ending + ended, ''],
  ]
  byId('numbers', HTMLElement).append(
    ...numbers.map(([label, value, kind]) =>
      element('div', { class: value > 0 ? kind : '' }, [element('dt', {}, [label]), element('dd', {}, [number(value)])]),
    ),
  )
}

/** That something could not be checked stands above everything else. */
function showGaps(model: Model, show: () => void): void {
  const gaps = model.summary.failed + model.summary.missing
  if (gaps === 0) return
  byId('gaps', HTMLElement).hidden = false
  byId('gaps-text', HTMLElement).textContent =
    `${number(gaps)} of ${number(model.summary.repositories)} repositories could not be checked: what they use is not below.`
  byId('gaps-show', HTMLButtonElement).addEventListener('click', show)
}
