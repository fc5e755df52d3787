// Reads the parameters of an API request. Unlike those of feeds, all of them must be known and right: a script is told of its
// mistakes.
import { z } from '../../config/zod.ts'
import type { Selection } from '../../model/shown.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { readMoment } from '../query.ts'
import { CURSOR, type Place, placeOf } from './cursor.ts'
import { FIGURES, STATES } from './views.ts'

export const MOST = 200
const USUAL = 50
const LONGEST = 200

export interface Asking {
  now: Millis
  knowsAgency: (id: string) => boolean
}

export interface Parameter {
  schema: z.ZodType
  /** Goes on the name: what it must be. */
  must: string
  description: string
  isNumber: boolean
  /** What the schema cannot tell: the reason goes on the name. */
  judge?: (value: string, asking: Asking) => Outcome<string | number>
}

const phrase = (description: string): Parameter => ({
  schema: z.string().min(1).max(LONGEST).regex(/\S/),
  must: `be 1 to ${LONGEST} characters, not all of them spaces`,
  description,
  isNumber: false,
})

const number = (least: number, most: number, description: string): Parameter => ({
  schema: z.int().min(least).max(most),
  must: `be a whole number from ${least} to ${most}`,
  description,
  isNumber: true,
})

const choice = (values: readonly [string, ...string[]], description: string): Parameter => ({
  schema: z.enum(values),
  must: `be ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`,
  description,
  isNumber: false,
})

const id = (what: string): Parameter => number(1, Number.MAX_SAFE_INTEGER, `Only those of this ${what}: its id.`)

const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/
const AGENCY = /^[a-z0-9][a-z0-9-]{0,39}$/
const MOMENT = /^(?:\d{1,5}[mhdw]|\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+ -]\d{2}:\d{2})?)?)$/

export const PARAMETERS = {
  lang: {
    schema: z.string().regex(LANGUAGE),
    must: 'be a language tag such as "ar" or "pt-BR"',
    description: 'Only this language, a BCP 47 tag; `pt` includes `pt-BR`.',
    isNumber: false,
  },
  agency: {
    schema: z.string().regex(AGENCY),
    must: 'be the id of an agency, as /api/agencies lists them',
    description: 'Only what this agency carried: its id.',
    isNumber: false,
    judge: (value, { knowsAgency }) =>
      knowsAgency(value)
        ? { ok: true, value }
        : { ok: false, reason: 'must be the id of an agency, as /api/agencies lists them' },
  },
  category: phrase('Only what an agency filed under this category.'),
  credit: phrase('Only what credits this agency, by its id or its name.'),
  q: phrase('Words that must occur. Arabic spelling is folded, as `minwal search` does.'),
  since: {
    schema: z.string().regex(MOMENT),
    must: 'be a date such as 2022-01-05 or 2022-01-05T10:00Z, or a time span such as 24h, 7d or 2w',
    description:
      'Only what is as new as this: a date, a date and time (UTC where no zone is named), or a span before now.',
    isNumber: false,
    judge: (value, { now }) => {
      const moment = readMoment(value, now)
      return moment.ok && Math.abs(moment.value) <= LAST_MOMENT
        ? moment
        : { ok: false, reason: 'must be a moment that there was, as a date, a date and time or a time span' }
    },
  },
  kind: choice(['corrections'], 'Only what was corrected or withdrawn.'),
  'min-agencies': number(1, 1000, 'Only what at least so many agencies told.'),
  state: choice(STATES, 'Only feeds in this state.'),
  report: id('report'),
  story: id('story'),
  thread: id('thread'),
  feed: id('feed'),
  limit: number(1, MOST, `Most rows of an answer. Default ${USUAL}.`),
  cursor: {
    schema: z.string().regex(CURSOR),
    must: 'be the `next` of an answer to the same question',
    description: 'Go on after an earlier answer: its `next`.',
    isNumber: false,
  },
} as const satisfies Record<string, Parameter>

/** Of figures, `kind` is another thing. */
export const FIGURE_KIND = choice(FIGURES, 'Only figures of this kind.')

/** The last moment a date may name: year 9999. */
const LAST_MOMENT = Date.UTC(9999, 11, 31)

type Common = keyof typeof PARAMETERS

/** These of the parameters that several paths take. */
export function taking(...names: readonly Common[]): Readonly<Record<string, Parameter>> {
  return Object.fromEntries(names.map(name => [name, PARAMETERS[name]]))
}

/** What a request asks for. */
export interface Given {
  values: Readonly<Record<string, string | number>>
  limit: number
  after: Place | null
  /** The question in one fixed form, with limit and cursor: what its answer is remembered under. */
  key: string
  /** The same without limit and cursor: what its cursors are for. */
  list: string
}

export interface Refused {
  ok: false
  parameter: string
  reason: string
}

export interface Takes {
  path: string
  parameters: Readonly<Record<string, Parameter>>
  required?: string
  /** What its cursors hold; null where it has none. */
  place: 'id' | 'name' | 'pair' | null
}

/** Read the parameters of `address` that a path takes. The reason of a refusal is a sentence without its end. */
export function readParameters(
  address: URLSearchParams,
  takes: Takes,
  asking: Asking,
): { ok: true; value: Given } | Refused {
  const names = Object.keys(takes.parameters)
  const refuse = (parameter: string, reason: string): Refused => ({ ok: false, parameter, reason })
  const values: Record<string, string | number> = {}
  for (const name of new Set(address.keys())) {
    const shown = name.slice(0, 60).toWellFormed()
    const parameter = names.includes(name) ? takes.parameters[name] : undefined
    if (parameter === undefined) {
      const those = names.length === 0 ? 'none' : names.join(', ')
      return refuse(shown, `is no parameter of ${takes.path}, which takes ${those}`)
    }
    const all = address.getAll(name)
    if (all.length > 1) return refuse(name, 'is given twice')
    const read = readValue(parameter, all[0] ?? '', asking)
    if (!read.ok) return refuse(name, read.reason)
    values[name] = read.value
  }
  const { required } = takes
  if (required !== undefined && !(required in values)) return refuse(required, 'is required')
  // As they were written: `24h` is the same question a minute later.
  const written = names.flatMap(name =>
    address.has(name) && name !== 'limit' && name !== 'cursor'
      ? [`${name}=${encodeURIComponent(address.get(name) ?? '')}`]
      : [],
  )
  const list = `${takes.path}?${written.join('&')}`
  const { limit = USUAL, cursor } = values
  const after = takes.place === null || typeof cursor !== 'string' ? null : placeOf(cursor, list, takes.place)
  if (cursor !== undefined && after === null) return refuse('cursor', `must ${PARAMETERS.cursor.must}`)
  return {
    ok: true,
    value: { values, limit: Number(limit), after, list, key: `${list}&limit=${limit}&cursor=${cursor ?? ''}` },
  }
}

function readValue(parameter: Parameter, text: string, asking: Asking): Outcome<string | number> {
  const value = parameter.isNumber ? (/^\d{1,16}$/.test(text) ? Number(text) : Number.NaN) : text
  if (!parameter.schema.safeParse(value).success) {
    return { ok: false, reason: `must ${parameter.must}; got ${JSON.stringify(cut(text))}` }
  }
  const judged = parameter.judge?.(text, asking) ?? ({ ok: true, value } as const)
  return judged.ok ? judged : { ok: false, reason: `${judged.reason}; got ${JSON.stringify(cut(text))}` }
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text
}

/** What they say of stories, for the store. */
export function selectionOf({ values }: Given): Partial<Selection> {
  const selection: Partial<Selection> = {}
  for (const [name, value] of Object.entries(values)) {
    if (name === 'min-agencies') selection.minAgencies = Number(value)
    else if (name === 'since') selection.since = Number(value)
    else if (name === 'thread') selection.thread = Number(value)
    else if (name === 'kind') selection.signals = ['correction', 'kill']
    else if (name === 'agency' || name === 'category' || name === 'credit' || name === 'q')
      selection[name] = String(value)
    else if (name === 'lang') selection.lang = languageOf(String(value))
  }
  return selection
}

/** A primary subtag is on file in lower case. */
export function languageOf(tag: string): string {
  return tag.includes('-') ? tag : tag.toLowerCase()
}
