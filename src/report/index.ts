import { type Renderer } from './context.js'

/** Loads a renderer. `findingsOnly`: it tells findings and counts, so that references without findings need not be kept for it. */
interface Loader {
  (): Promise<Renderer>
  readonly findingsOnly?: true
}

/** The names of a table, each with a function that loads its renderer. */
type Table<Name extends string> = Readonly<Record<Name, Loader>>

function table<Name extends string>(renderers: Table<Name>): Table<Name> {
  return renderers
}

const ofFindings = (load: () => Promise<Renderer>): Loader => Object.assign(load, { findingsOnly: true } as const)

/** Every format of a report, loaded when it is asked for. A new format is one file and one line here. */
export const formats = table({
  text: ofFindings(async () => (await import('./text.js')).renderText),
  json: async () => (await import('./json.js')).renderJson,
  markdown: async () => (await import('./markdown.js')).renderMarkdown,
  sarif: ofFindings(async () => (await import('./sarif.js')).renderSarif),
  junit: async () => (await import('./junit.js')).renderJunit,
  github: ofFindings(async () => (await import('./annotations.js')).renderGithub),
})

/** Every format of an inventory, in which nothing is judged. */
export const inventoryFormats = table({
  text: async () => (await import('./inventory-text.js')).renderInventoryText,
  json: async () => (await import('./json.js')).renderInventory,
})

export type FormatName = keyof typeof formats
export type InventoryFormatName = keyof typeof inventoryFormats

/** Whether a word is the name of a format. */
export function isFormatName(word: string): word is FormatName {
  return Object.hasOwn(formats, word)
}

/** Whether a word is the name of a format of an inventory. */
export function isInventoryFormatName(word: string): word is InventoryFormatName {
  return Object.hasOwn(inventoryFormats, word)
}
