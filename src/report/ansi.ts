/** How a terminal shows a text: ECMA-48's Select Graphic Rendition, the sixteen colours that every theme defines. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const

export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>

/** One function a style; without colour each gives its text back. The text must be visible already (`plain`). */
export function paint(color: boolean): Paint {
  const style = (name: keyof typeof CODES) => {
    const [on, off] = CODES[name]
    return (text: string) => (color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  }
  return { bold: style('bold'), dim: style('dim'), red: style('red'), green: style('green'), yellow: style('yellow'), cyan: style('cyan') }
}
