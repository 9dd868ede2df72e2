import { type Complain, type Node } from './yaml.js'
import { readPlainYaml } from './yaml-plain.js'

/** The root value of a YAML text, or undefined if it cannot be read; everything that is wrong with the YAML goes to `complain`. */
export async function readYaml(text: string, complain: Complain): Promise<Node | undefined> {
  const plain = readPlainYaml(text)
  if (plain !== undefined) return plain
  // A third of the program, for the few texts that are not in plain style, and for all that is wrong.
  const { readWholeYaml } = await import('./yaml-whole.js')
  return readWholeYaml(text, complain)
}
