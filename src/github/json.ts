/**
 * What stands at a path of properties in data that GitHub sent; undefined where any step is missing or no object.
 */
export function at(data: unknown, ...path: readonly string[]): unknown {
  let here = data
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    const next: unknown = Reflect.get(here, key)
    here = next
  }
  return here
}

/** The string at a path, undefined if something else or nothing stands there. */
export function textAt(data: unknown, ...path: readonly string[]): string | undefined {
  const value = at(data, ...path)
  return typeof value === 'string' ? value : undefined
}

/** The whole number at a path, undefined if something else or nothing stands there. */
export function numberAt(data: unknown, ...path: readonly string[]): number | undefined {
  const value = at(data, ...path)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** The list at a path, empty if something else or nothing stands there. */
export function listAt(data: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(data, ...path)
  return Array.isArray(value) ? value : []
}

/** The value that a JSON text holds, undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
