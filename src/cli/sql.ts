// The command that asks the database in SQL: what may be asked is store/query.ts's to say, how it is shown is said here.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setImmediate as anotherTurn } from 'node:timers/promises'
import { parseDuration } from '../config/schema.ts'
import { harmless, harmlessJson } from '../language/printable.ts'
import { isPostgres } from '../model/database.ts'
import type { Millis } from '../model/units.ts'
import {
  type Answer,
  type Cell,
  openQueries,
  type Position,
  type Queries,
  QueryError,
  type QueryValue,
} from '../store/query.ts'
import { type Common, configuredToRead, Failed, out } from './shared.ts'
import { fitted } from './table.ts'

interface SqlOptions extends Common {
  csv?: boolean
  jsonl?: boolean
  param?: readonly string[]
  timeout?: string
}

/** Characters that are gathered before they are written. */
const CHUNK = 65_536
/** Rows that are read before others get a turn. */
const ROWS_A_TURN = 1_000

export async function sql(words: readonly string[], options: SqlOptions): Promise<void> {
  if (words.length > 1 && !words[0]?.startsWith('.')) throw new Failed('put the query in quotes: it is one argument', 2)
  const formats = [options.csv, options.json, options.jsonl].filter(Boolean)
  if (formats.length > 1) throw new Failed('choose one of --csv, --json and --jsonl', 2)
  const timeout = options.timeout === undefined ? null : limitOf(options.timeout)
  const { database } = configuredToRead(options)
  // A server ends a query itself; SQLite answers in this thread, and cannot be interrupted from it.
  if (timeout !== null && !isPostgres(database)) return bounded(options.timeout ?? '', timeout)
  const parameters = Object.fromEntries((options.param ?? []).map(parameter))
  const text = words.length > 0 ? words.join(' ') : fromStandardInput()
  const opened = openQueries(database, timeout === null ? {} : { timeout })
  if (!opened.ok) throw new Failed(opened.reason)
  try {
    const asked = /^\s*\.(\w+)\s*(.*?)\s*;?\s*$/.exec(text)
    const answer = asked ? dotCommand(opened.value, asked[1] ?? '', asked[2] ?? '') : opened.value.ask(text, parameters)
    await show(answer, options)
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    throw new Failed(sentence(error, text), error.kind === 'usage' ? 2 : 1)
  } finally {
    opened.value.close()
  }
}

function fromStandardInput(): string {
  if (process.stdin.isTTY) throw new Failed('give a query, or .tables to see what there is: `minwal sql --help`', 2)
  return readFileSync(0, 'utf8')
}

/** The error, with the line it stands in and a mark under the place. */
function sentence({ message, at }: QueryError, text: string): string {
  const unknown =
    /^no such (table|column|function)/.exec(message)?.[1] ??
    /^(relation|column) "?[\w.]+"? does not exist/.exec(message)?.[1]?.replace('relation', 'table')
  const hint =
    unknown === 'table'
      ? ': `minwal sql .tables` lists what there is'
      : unknown === 'column'
        ? ': `minwal sql .schema` lists the columns'
        : ''
  return at === null ? message + hint : `${message} (line ${at.line}, column ${at.column})${hint}\n${marked(text, at)}`
}

function marked(text: string, { line, column }: Position): string {
  const shown = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ')
  const characters = [...shown]
  const from = Math.max(0, column - 40)
  return `  ${characters.slice(from, from + 76).join('')}\n  ${' '.repeat(column - 1 - from)}^`
}

/** `name=value`: a number where it is written like one, null, text in quotes or without. */
function parameter(given: string): [string, QueryValue] {
  const [, name, value = ''] = /^[:@$]?(\w+)=([\s\S]*)$/.exec(given) ?? []
  if (name === undefined) throw new Failed(`--param ${JSON.stringify(given)}: it must be like name=value`, 2)
  if (/^-?\d{1,18}$/.test(value)) return [name, BigInt(value)]
  if (/^-?(?:\d+\.\d*|\.?\d+)(?:e[-+]?\d+)?$/i.test(value)) return [name, Number(value)]
  if (value === 'null') return [name, null]
  const quoted = /^(['"])([\s\S]*)\1$/.exec(value)
  return [name, quoted?.[2] ?? value]
}

// ── what there is ───────────────────────────────────────────────────────────────────────────────────────────────────

interface Described {
  tables: Record<string, { description: string; columns: Record<string, string> }>
}

/** What docs/sql.md says of the public views. */
function described(): Described['tables'] {
  const file = new URL('../../docs/metadata.json', import.meta.url)
  const { databases } = JSON.parse(readFileSync(file, 'utf8')) as { databases: Record<string, Described> }
  return Object.values(databases)[0]?.tables ?? {}
}

function dotCommand(queries: Queries, name: string, given: string): Answer {
  const known = described()
  if (name === 'tables' && given === '') {
    const rows = Object.entries(known).map(([view, { description }]) => [view, firstSentence(description)])
    return { columns: ['view', 'what it holds'], rows }
  }
  if (name !== 'schema') throw new QueryError('usage', `there is no .${name}: there are .tables and .schema [NAME]`)
  const wanted = given === '' ? Object.keys(known) : [given]
  const rows = wanted.flatMap(view => {
    const columns = queries.columns(view)
    // A file of an older version lacks the views of a newer one.
    if (columns.length === 0 && given === '') return []
    if (columns.length === 0) {
      throw new QueryError('sql', `there is no ${view}: \`minwal sql .tables\` lists what there is`)
    }
    return columns
      .filter(({ name }) => known[view] === undefined || known[view].columns[name] !== undefined)
      .map(({ name, type }): Cell[] => [view, name, type, known[view]?.columns[name] ?? null])
  })
  if (given === '')
    return { columns: ['view', 'column', 'meaning'], rows: rows.map(([a = null, b = null, , d = null]) => [a, b, d]) }
  return { columns: ['column', 'type', 'meaning'], rows: rows.map(([, ...rest]) => rest) }
}

const firstSentence = (text: string): string => /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text

// ── how it is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

async function show(answer: Answer, options: SqlOptions): Promise<void> {
  if (options.json) return writeAll(jsonOf(answer, process.stdout.isTTY ? 2 : 0))
  if (options.jsonl) return writeAll(linesOf(answer))
  if (options.csv) return writeAll(csvOf(answer))
  const rows: string[][] = []
  for (const row of answer.rows) {
    rows.push(row.map(cell => text(cell) ?? 'null'))
    if (rows.length % ROWS_A_TURN === 0) await anotherTurn()
  }
  const width = process.stdout.isTTY ? process.stdout.columns : null
  // Its cells are clean, and what it puts around them is to reach the terminal.
  if (width !== null) process.stdout.write(`${fitted(answer.columns, rows, width)}\n`)
  else out(fitted(answer.columns, rows, null))
}

/** Written as it comes: a slow reader is waited for, and one that has gone ends it. */
async function writeAll(pieces: Iterable<string>): Promise<void> {
  let gathered = ''
  let rows = 0
  const write = async (): Promise<void> => {
    if (!process.stdout.write(gathered)) await once(process.stdout, 'drain')
    gathered = ''
  }
  for (const piece of pieces) {
    gathered += piece
    if (gathered.length > CHUNK) await write()
    if (++rows % ROWS_A_TURN === 0) await anotherTurn()
  }
  await write()
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const text = (cell: Cell): string | null => {
  if (cell === null) return null
  return cell instanceof Uint8Array ? `x'${hex(cell)}'` : String(cell)
}

function* csvOf({ columns, rows }: Answer): Iterable<string> {
  const field = (cell: Cell): string => {
    const shown = harmless(text(cell) ?? '')
    return shown === ''
      ? cell === null
        ? ''
        : '""'
      : /[",\r\n]/.test(shown)
        ? `"${shown.replaceAll('"', '""')}"`
        : shown
  }
  yield `${columns.map(field).join(',')}\n`
  for (const row of rows) yield `${row.map(field).join(',')}\n`
}

/** Names of an object's members: a second `id` is `id:1`. */
function distinct(columns: readonly string[]): string[] {
  const used = new Set<string>()
  return columns.map(column => {
    let name = column
    for (let n = 1; used.has(name); n++) name = `${column}:${n}`
    used.add(name)
    return name
  })
}

/** Whole numbers keep all their digits, also those that JavaScript would round. */
const rawJson = (JSON as unknown as { rawJSON(digits: string): unknown }).rawJSON

const jsonCell = (cell: Cell): unknown => {
  if (typeof cell === 'bigint') return rawJson(String(cell))
  return cell instanceof Uint8Array ? hex(cell) : cell
}

const objectOf = (names: readonly string[], row: readonly Cell[]): object =>
  Object.fromEntries(names.map((name, at) => [name, jsonCell(row[at] ?? null)]))

function* linesOf({ columns, rows }: Answer): Iterable<string> {
  const names = distinct(columns)
  for (const row of rows) yield `${harmlessJson(JSON.stringify(objectOf(names, row)))}\n`
}

function* jsonOf({ columns, rows }: Answer, indent: number): Iterable<string> {
  const names = distinct(columns)
  const [gap, end] = indent === 0 ? ['', ''] : [`\n${' '.repeat(indent)}`, '\n']
  let before = '['
  for (const row of rows) {
    const object = JSON.stringify(objectOf(names, row), null, indent).replaceAll('\n', `\n${' '.repeat(indent)}`)
    yield `${before}${gap}${harmlessJson(object)}`
    before = ','
  }
  yield before === '[' ? '[]\n' : `${end}]\n`
}

// ── in bounded time ─────────────────────────────────────────────────────────────────────────────────────────────────

function limitOf(timeout: string): Millis {
  const ms = parseDuration(timeout)
  if (ms !== null && ms >= 1) return ms
  throw new Failed(`--timeout ${JSON.stringify(timeout)}: it must be like 500ms, 30s or 5m`, 2)
}

/** The same command in a process that can be ended. */
async function bounded(timeout: string, ms: Millis): Promise<void> {
  const args = process.argv.slice(1)
  const at = args.findIndex(arg => arg === '--timeout' || arg.startsWith('--timeout='))
  args.splice(at, args[at] === '--timeout' ? 2 : 1)
  const child = spawn(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit' })
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, ms)
  const end = (): void => void child.kill('SIGKILL')
  process.once('SIGTERM', end)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  process.off('SIGTERM', end)
  if (late) throw new Failed(`the query was not answered within ${timeout}: it was ended`)
  process.exitCode = code ?? 1
}
