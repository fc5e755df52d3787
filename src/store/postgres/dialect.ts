// Puts the SQL of this room, which is written in SQLite's dialect (see sql.ts), into PostgreSQL's: parameters, functions, and
// how conflicts are told. It reads our own statements only, and refuses what it does not know by leaving it to the server.
import type { Parameters, Value, Values } from '../sql.ts'
import { tsqueryOf } from './search.ts'

/** What `insert or replace` replaces by, and columns that take a new number where the statement gives none. */
const REPLACED: Readonly<Record<string, { key: string; numbered?: string }>> = {
  x_polls: { key: 'id' },
  x_story_features: { key: 'story', numbered: 'seq' },
  x_report_features: { key: 'report', numbered: 'seq' },
  x_thread_links: { key: 'thread, other' },
  x_redirects: { key: 'what, id' },
  x_map_parts: { key: 'feed, url' },
  x_robots: { key: 'origin' },
  x_page_pauses: { key: 'agency' },
  subscriptions: { key: 'feed' },
  models: { key: 'id' },
  vectors: { key: 'key' },
}

type Call = (parts: string[]) => string
const renamed =
  (name: string): Call =>
  parts =>
    `${name}(${parts.join(',')})`
const widest =
  (one: string, many: string): Call =>
  parts =>
    `${parts.length > 1 ? many : one}(${parts.join(',')})`

/** Functions by their name in SQLite. */
const CALLS: Readonly<Record<string, Call>> = {
  iif: ([condition, yes, no]) => `(case when ${condition} then ${yes} else ${no} end)`,
  max: widest('max', 'greatest'),
  min: widest('min', 'least'),
  substr: ([text, ...places]) => `substr(${[text, ...places.map(place => `(${place})::int`)].join(',')})`,
  instr: renamed('strpos'),
  char: renamed('chr'),
  json_group_array: renamed('json_agg'),
  json_object: renamed('json_build_object'),
  json: ([of]) => `(${of})`,
  numbers: renamed('minwal_numbers'),
  texts: renamed('minwal_texts'),
  objects: renamed('minwal_objects'),
  // Whoever writes raises it, in the transaction in which it writes.
  state_version: () => `(select value from x_meta where key = 'changes')`,
  last_number: renamed('minwal_last_number'),
}

interface Translated {
  /** Pieces of the text with the parameters between them. */
  pieces: string[]
  /** By place: the name of the parameter, or its position. */
  asked: (string | number)[]
}

const TOKEN = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|[a-z_][a-z_0-9]*|@[a-zA-Z]+|[\s\S]/gi

const WORDS: Readonly<Record<string, string>> = { like: 'ilike' }

/** A statement in PostgreSQL's words, but for its parameters: `@name` and `?` stay. */
export function translate(text: string): string {
  const { text: plain, conflict } = conflicts(text)
  const tokens = plain.match(TOKEN)?.filter(token => !token.startsWith('--')) ?? []
  const joined = rewritten(tokens, { at: 0 }, false).join(',')
  return (
    joined
      .replaceAll(/\bcross\s+join\b/g, 'join')
      .replaceAll(/\bas integer\)/g, 'as bigint)')
      .replaceAll(/\bas real\)/g, 'as double precision)')
      .replaceAll(/\blimit (@[a-zA-Z]+)/g, 'limit nullif($1, -1)')
      .replaceAll(/\bbegin immediate\b/g, 'begin')
      .replaceAll(
        /select rowid as id from x_search where x_search match (@[a-zA-Z]+) order by rowid desc/g,
        'select report as id from x_search where words @@ cast($1 as tsquery) order by report desc',
      ) + conflict
  )
}

/** `insert or …` says in PostgreSQL at its end what becomes of a conflict. */
function conflicts(text: string): { text: string; conflict: string } {
  const said = /^\s*insert or (ignore|replace) into (\w+) \(([^)]*)\)/.exec(text)
  if (said === null) return { text, conflict: '' }
  const [, kind, table = '', columns = ''] = said
  const plain = text.replace(/insert or (?:ignore|replace)/, 'insert')
  if (kind === 'ignore') return { text: plain, conflict: ' on conflict do nothing' }
  const { key, numbered } = REPLACED[table] ?? { key: '' }
  if (key === '') throw new Error(`it is not known by what a row of ${table} is replaced`)
  const keys = new Set(key.split(', '))
  const given = columns.split(',').map(column => column.trim())
  const set = given.filter(column => !keys.has(column)).map(column => `${column} = excluded.${column}`)
  if (numbered !== undefined && !given.includes(numbered)) set.push(`${numbered} = excluded.${numbered}`)
  const at = plain.lastIndexOf(' returning ')
  const returning = at < 0 ? '' : plain.slice(at)
  return {
    text: plain.slice(0, plain.length - returning.length),
    conflict: ` on conflict (${key}) do update set ${set.join(', ')}${returning}`,
  }
}

/** Tokens up to the closing bracket, cut at commas outside of inner brackets; calls are renamed. */
function rewritten(tokens: readonly string[], place: { at: number }, isInner: boolean): string[] {
  const parts: string[] = ['']
  const add = (piece: string): void => {
    parts[parts.length - 1] += piece
  }
  for (; place.at < tokens.length; place.at++) {
    const token = tokens[place.at] as string
    if (token === ')' && isInner) return parts
    if (token === ',' && isInner) {
      parts.push('')
      continue
    }
    const name = token.toLowerCase()
    if (tokens[place.at + 1] === '(' && /^\w+$/.test(name)) {
      place.at += 2
      const inner = rewritten(tokens, place, true)
      const call = CALLS[name]
      add(call === undefined ? `${token}(${inner.join(',')})` : call(inner))
      continue
    }
    if (token === '(') {
      place.at++
      add(`(${rewritten(tokens, place, true).join(',')})`)
      continue
    }
    add(WORDS[name] ?? token)
  }
  return parts
}

/** A text cut at its parameters. */
function cut(text: string): Translated {
  const pieces: string[] = ['']
  const asked: (string | number)[] = []
  let position = 0
  for (const token of text.match(/'(?:[^']|'')*'|@[a-zA-Z]+|[^'@?]+|[\s\S]/g) ?? []) {
    if (token === '?') asked.push(position++)
    else if (/^@[a-zA-Z]/.test(token)) asked.push(token.slice(1))
    else {
      pieces[pieces.length - 1] += token
      continue
    }
    pieces.push('')
  }
  return { pieces, asked }
}

const known = new Map<string, Translated>()

/**
 * A statement and its values in the order of their numbers. Those by position take the type of what they stand beside. Those by
 * name say theirs, since they may stand beside nothing that has one; null among them is written out.
 */
export function spelled(text: string, given: Parameters | Values): { text: string; values: Value[] } {
  let translated = known.get(text)
  if (translated === undefined) {
    translated = cut(translate(text))
    known.set(text, translated)
  }
  const { pieces, asked } = translated
  const values: Value[] = []
  const numbers = new Map<string, string>()
  let out = pieces[0] as string
  for (const [at, name] of asked.entries()) {
    if (typeof name === 'number') {
      values.push((given as Values)[name] ?? null)
      out += `$${values.length}`
    } else {
      let written = numbers.get(name)
      if (written === undefined) {
        written = named(name, (given as Parameters)[name] ?? null, values)
        numbers.set(name, written)
      }
      out += written
    }
    out += pieces[at + 1]
  }
  return { text: out, values }
}

function named(name: string, value: Value, values: Value[]): string {
  if (value === null) return 'null'
  values.push(name === 'match' && typeof value === 'string' ? tsqueryOf(value) : value)
  const type =
    typeof value === 'string'
      ? 'text'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'bigint'
          : 'double precision'
        : 'bytea'
  return `$${values.length}::${type}`
}
