// Reads the choices in the query of a feed or page, and writes them in one canonical form, which is the key of caches.

import type { Selection } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'

export interface Choice {
  selection: Partial<Selection>
  /** The choice as a query, in one fixed order, with its `?`; '' when nothing was chosen. */
  query: string
  /** `lang=all` was asked for: every language, rather than none being named. */
  everyLanguage: boolean
  /** Pages of a list are counted from 1. */
  page: number
  /** The course of an event from its beginning. */
  oldestFirst?: boolean
}

const MOST = 500
const LONGEST = 200
/** Pages of a list that can be asked for. */
export const MOST_PAGES = 50

/** Why a query cannot be answered; `words.fault` says it in a sentence. */
export type QueryFault =
  | { kind: 'twice'; name: string }
  | { kind: 'language' | 'agency' | 'moment' | 'kind'; value: string }
  | { kind: 'long'; name: string; most: number; length: number }
  | { kind: 'count'; name: string; least: number; most: number; value: string }

type Reading = { ok: true; value: Partial<Omit<Choice, 'query' | 'selection'>> & Partial<Selection> } | Refused
type Refused = { ok: false; fault: QueryFault }

interface Asking {
  now: Millis
  knowsAgency: (id: string) => boolean
}

const PARAMETERS: readonly [name: string, read: (value: string, asking: Asking) => Reading][] = [
  ['lang', readLanguage],
  ['agency', readAgency],
  ['category', (value, _asking) => readWords('category', value)],
  ['credit', (value, _asking) => readWords('credit', value)],
  ['q', (value, _asking) => readWords('q', value)],
  ['since', (value, asking) => readSince(value, asking.now)],
  ['kind', readKind],
  ['min-agencies', value => readCount('min-agencies', value, 1, 1000, minAgencies => ({ minAgencies }))],
  ['limit', value => readCount('limit', value, 1, MOST, limit => ({ limit }))],
  ['page', value => readCount('page', value, 1, MOST_PAGES, page => ({ page }))],
]

/**
 * Read a query. Parameters with nothing after the `=` count as not given (forms send them); unknown ones are passed
 * over, because readers and newsletters add their own.
 */
export function readQuery(parameters: URLSearchParams, asking: Asking): { ok: true; value: Choice } | Refused {
  const read: Partial<Omit<Choice, 'query' | 'selection'>> & Partial<Selection> = {}
  const canonical: string[] = []
  for (const [name, reader] of PARAMETERS) {
    const values = parameters.getAll(name).map(value => value.trim())
    const value = values.find(candidate => candidate !== '')
    if (value === undefined) continue
    if (values.some(other => other !== '' && other !== value)) return refuse({ kind: 'twice', name })
    const reading = reader(value, asking)
    if (!reading.ok) return reading
    Object.assign(read, reading.value)
    canonical.push(`${name}=${encodeURIComponent(value.toWellFormed())}`)
  }
  const { everyLanguage = false, page = 1, ...selection } = read
  const query = canonical.length === 0 ? '' : `?${canonical.join('&')}`
  return { ok: true, value: { selection, query, everyLanguage, page } }
}

function refuse(fault: QueryFault): Refused {
  return { ok: false, fault }
}

/** What was given, in a length that can be repeated. */
function shown(value: string): string {
  return value.length > 60 ? `${value.slice(0, 60).toWellFormed()}…` : value
}

function readLanguage(value: string): Reading {
  if (value.toLowerCase() === 'all') return { ok: true, value: { everyLanguage: true } }
  if (!/^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}$/i.test(value)) return refuse({ kind: 'language', value: shown(value) })
  return { ok: true, value: { lang: value.includes('-') ? value : value.toLowerCase() } }
}

function readAgency(value: string, asking: Asking): Reading {
  if (!asking.knowsAgency(value)) return refuse({ kind: 'agency', value: shown(value) })
  return { ok: true, value: { agency: value } }
}

function readWords(name: 'category' | 'credit' | 'q', value: string): Reading {
  if (value.length > LONGEST) return refuse({ kind: 'long', name, most: LONGEST, length: value.length })
  return { ok: true, value: { [name]: value } }
}

function readKind(value: string): Reading {
  if (value !== 'corrections') return refuse({ kind: 'kind', value: shown(value) })
  return { ok: true, value: { signals: ['correction', 'kill'] } }
}

function readCount(
  name: string,
  value: string,
  least: number,
  most: number,
  use: (count: number) => Partial<Selection> & { page?: number },
): Reading {
  const count = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN
  if (!(count >= least && count <= most)) return refuse({ kind: 'count', name, least, most, value: shown(value) })
  return { ok: true, value: use(count) }
}

const UNITS: Readonly<Record<string, Millis>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DATE = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/

function readSince(value: string, now: Millis): Reading {
  const since = readMoment(value, now)
  return since.ok ? { ok: true, value: { since: since.value } } : refuse({ kind: 'moment', value: shown(value) })
}

/**
 * A moment as people type it, here and on the command line: a time span before `now` (`90m`, `24h`, `7d`, `2w`), a day, or
 * a day and time; UTC where no zone is named. The reason of a refusal goes on a sentence that begins with a name.
 */
export function readMoment(value: string, now: Millis): Outcome<Millis> {
  const period = /^(\d{1,5})([mhdw])$/.exec(value)
  if (period) return { ok: true, value: now - Number(period[1]) * (UNITS[period[2] ?? ''] ?? 0) }
  // In a query, an unescaped + of a time zone arrives as a space.
  const date = DATE.exec(value.replace(' ', '+'))
  const moment = date ? Date.parse(`${date[1]}T${date[2] ?? '00:00'}${date[3] ?? 'Z'}`) : Number.NaN
  const day = date ? Date.parse(`${date[1]}T00:00Z`) : Number.NaN
  // Some engines read 30 February as 2 March.
  const real = !Number.isNaN(day) && new Date(day).toISOString().slice(0, 10) === date?.[1]
  return Number.isNaN(moment) || !real
    ? {
        ok: false,
        reason: `must be a date such as 2022-01-05 or 2022-01-05T10:00Z, or a time span such as 24h, 7d or 2w; got "${shown(value)}"`,
      }
    : { ok: true, value: moment }
}
