// How times and counts are said in reasons.
import type { Millis } from '../../model.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `45 s`, `12 min`, `3 h`, `2 d`: one unit, rounded. */
export function duration(ms: Millis): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1_000))} s`
  if (ms < 90 * MINUTE) return `${Math.round(ms / MINUTE)} min`
  if (ms < 36 * HOUR) return `${Math.round(ms / HOUR)} h`
  return `${Math.round(ms / DAY)} d`
}

export function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
