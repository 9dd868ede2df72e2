/** Elements are made here and nowhere else, and text only ever becomes text: what strangers wrote can do nothing. */

type Attributes = Readonly<Record<string, string>>

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Text of a cell, which ends in `…` where the cell is too narrow. */
export function cell(content: string): HTMLElement {
  return element('span', {}, [content])
}

/** An element of the template; that it is there is the template's promise. */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`the page has no ${type.name} named ${id}`)
}

export function within<Type extends Element>(parent: Element, selector: string, type: new () => Type): Type {
  const found = parent.querySelector(selector)
  if (found instanceof type) return found
  throw new Error(`the page has no ${selector}`)
}

const NUMBERS = new Intl.NumberFormat('en')

/** `50,000`. */
export function number(value: number): string {
  return NUMBERS.format(value)
}

/** A colour of the style sheet as a canvas takes it, in the theme that shows now. */
export function colour(name: string): string {
  const probe = element('span')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
