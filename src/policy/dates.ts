const MILLISECONDS_A_DAY = 86_400_000

/** The day a text `YYYY-MM-DD` names, in days since 1970-01-01 (UTC); undefined if there is no such day. */
export function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const time = Date.parse(`${text}T00:00:00Z`)
  // V8 takes 2027-02-30 for the second of March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) return undefined
  return time / MILLISECONDS_A_DAY
}

/** Whole days from one day to another, negative if it lies before. Both are `YYYY-MM-DD`; days that do not exist count as 0. */
export function daysBetween(from: string, to: string): number {
  return (dayNumber(to) ?? 0) - (dayNumber(from) ?? 0)
}

/** Today, UTC, as `YYYY-MM-DD`. */
export function todayUtc(): string {
  return new Date().toISOString().slice(0, 10)
}
