// Durations, counts and moments in words.
import type { Millis } from '../model/units.ts'

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

/** `2022-01-05 09:10` in UTC. */
export function stamp(time: Millis | null): string {
  return time === null ? '–' : new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** `2022-01-05 12:10` in a time zone of the IANA. */
export function stampIn(time: Millis | null, zone: string): string {
  if (time === null) return '–'
  let clock = clocks.get(zone)
  if (clock === undefined) {
    // Swedish writes dates as ISO 8601 does.
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
    clocks.set(zone, clock)
  }
  return clock.format(time)
}

/** `5 min ago`, `in 2 h`. */
export function relative(time: Millis | null, now: Millis): string {
  if (time === null) return 'never'
  const distance = time - now
  if (Math.abs(distance) < 1_000) return 'now'
  return distance > 0 ? `in ${duration(distance)}` : `${duration(-distance)} ago`
}
