// Several rows by one statement: a document's inserts into one table follow one another, and each statement of its own costs the
// server more than its row. Writes of one row each that follow one another in different tables go as one too. Rows keep their order,
// and each statement its count.
import type { Value } from '../sql.ts'
import { type Statement, sendable } from './protocol.ts'

/** Rows of one statement: few sizes, as each is prepared by itself. */
const SIZES = [32, 24, 20, 16, 12, 10, 8, 6, 5, 4, 3, 2]
/** Texts of several writes that are prepared: what comes in ever new company goes alone. */
const MOST_TOGETHER = 500

interface Insert {
  table: string
  /** Up to the row. */
  head: string
  /** What the row is made of, and how many parameters that takes. */
  row: string
  parameters: number
  /** What becomes of a conflict. */
  tail: string
  /** Parameters by which rows conflict: two rows of one statement may not. Empty where none may conflict. */
  key: readonly number[]
}

const HEAD = /^\s*insert into (\w+) \(([\w\s,]+)\)\s*values\s*(?=\()/
const TAIL = /^\s*(?:on conflict \(([\w, ]+)\) do update set (?:[^()]|\([^()]*\))+)?$/
/** A parameter, and nothing else. */
const ALONE = /^\s*\$(\d+)(?:::[a-z ]+)?\s*$/

/** A bracket and all in it, and its members; null where it has no end. Our statements have no brackets in texts. */
function bracketOf(text: string): { whole: string; members: string[] } | null {
  const members: string[] = []
  let depth = 0
  let begin = 1
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '(') depth++
    else if (letter === ')') depth--
    if (depth === 0 || (depth === 1 && letter === ',')) {
      members.push(text.slice(begin, at))
      begin = at + 1
    }
    if (depth === 0) return { whole: text.slice(0, at + 1), members }
  }
  return null
}

/** A statement that inserts one row and does nothing else, or null. */
function insertOf(text: string): Insert | null {
  const said = HEAD.exec(text)
  if (said === null) return null
  const [head, table = '', named = ''] = said
  const row = bracketOf(text.slice(head.length))
  if (row === null) return null
  const rest = text.slice(head.length + row.whole.length)
  const tail = TAIL.exec(rest)
  if (tail === null || /\$|\b(?:where|returning)\b/.test(rest)) return null
  const numbers = [...row.whole.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))
  // Each once and in order: the parameters of one row are followed by those of the next.
  if (!numbers.every((number, at) => number === at + 1)) return null
  const columns = named.split(',').map(column => column.trim())
  const key = (tail[1] ?? '').split(',').filter(column => column !== '')
  const places = key.map(column => {
    const alone = ALONE.exec(row.members[columns.indexOf(column.trim())] ?? '')
    return alone === null ? -1 : Number(alone[1]) - 1
  })
  return places.includes(-1)
    ? null
    : { table, head, row: row.whole, parameters: numbers.length, tail: rest, key: places }
}

const known = new Map<string, Insert | null>()
function remembered(text: string): Insert | null {
  let insert = known.get(text)
  if (insert === undefined) {
    insert = insertOf(text)
    known.set(text, insert)
  }
  return insert
}

/** A statement, and how many of those that were given it stands for. */
export interface Joined {
  statement: Statement
  stands: number
  /** What it gives is one row: the count of each. */
  tells: boolean
}

/** The same rows in the same order, by fewer statements. */
export function joined(statements: readonly Statement[]): Joined[] {
  const out: Joined[] = []
  for (let at = 0; at < statements.length; ) {
    const first = statements[at] as Statement
    const run = runFrom(statements, at, first.name === null ? null : remembered(first.text))
    let left = run
    for (const size of SIZES) {
      for (; left >= size; left -= size) {
        const from = at + run - left
        out.push({ statement: ofRows(statements.slice(from, from + size)), stands: size, tells: false })
      }
    }
    for (; left > 0; left--) out.push({ statement: statements[at + run - left] as Statement, stands: 1, tells: false })
    at += run
  }
  return ofTables(out)
}

/** Columns of one row by its number: it reads no other. */
const UPDATE = /^\s*update (\w+) set [^;]*\bwhere id = \$\d+(?:::bigint)?\s*$/

const writes = new Map<string, string | null>()
/** The table of a statement that writes one row and reads nothing else; null for all others. */
function tableOf({ text, name }: Statement): string | null {
  if (name === null) return null
  let table = writes.get(text)
  if (table === undefined) {
    table = /\bselect\b/.test(text) ? null : (UPDATE.exec(text)?.[1] ?? remembered(text)?.table ?? null)
    writes.set(text, table)
  }
  return table
}

/** Writes of one row each, with others of other tables: none of them sees what the others write. */
function ofTables(statements: readonly Joined[]): Joined[] {
  const out: Joined[] = []
  for (let at = 0; at < statements.length; ) {
    const tables = new Set<string>()
    let end = at
    for (; end < statements.length; end++) {
      const { statement, stands } = statements[end] as Joined
      const table = stands === 1 ? tableOf(statement) : null
      if (table === null || tables.has(table)) break
      tables.add(table)
    }
    const together = end - at < 2 ? null : ofOne(statements.slice(at, end).map(({ statement }) => statement))
    if (together === null) {
      end = Math.max(end, at + 1)
      out.push(...statements.slice(at, end))
    } else out.push({ statement: together, stands: end - at, tells: true })
    at = end
  }
  return out
}

const together = new Map<string, string>()

/** Null where too many such texts are prepared. */
function ofOne(statements: readonly Statement[]): Statement | null {
  let parameters = 0
  const parts = statements.map(({ text, values }, at) => {
    const part = text.replaceAll(/\$(\d+)/g, (_, number: string) => `$${parameters + Number(number)}`)
    parameters += values.length
    return `w${at} as (${part} returning 1)`
  })
  const counts = statements.map((_, at) => `(select count(*) from w${at})`)
  const text = `with ${parts.join(', ')} select ${counts.join(', ')}`
  let name = together.get(text)
  if (name === undefined) {
    if (together.size >= MOST_TOGETHER) return null
    name = `t${together.size}`
    together.set(text, name)
  }
  return { text, values: statements.flatMap(({ values }) => values), name }
}

/** How many statements from here on may go together. */
function runFrom(statements: readonly Statement[], at: number, insert: Insert | null): number {
  if (insert === null) return 1
  const { text, name } = statements[at] as Statement
  const seen = new Set<string>()
  let end = at
  for (; end < statements.length && statements[end]?.text === text && statements[end]?.name === name; end++) {
    if (insert.key.length === 0) continue
    const key = keyOf(insert, (statements[end] as Statement).values)
    if (seen.has(key)) break
    seen.add(key)
  }
  return Math.max(1, end - at)
}

/** As the server compares them: of what is no text by itself U+FFFD is sent. */
const keyOf = ({ key }: Insert, values: readonly Value[]): string =>
  JSON.stringify(
    key.map(place => {
      const value = sendable(values[place] ?? null)
      if (typeof value === 'string') return value.toWellFormed()
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
    }),
  )

function ofRows(statements: readonly Statement[]): Statement {
  const [first] = statements as [Statement]
  const { head, row, parameters, tail } = remembered(first.text) as Insert
  const rows = statements.map((_, at) =>
    row.replaceAll(/\$(\d+)/g, (_, number: string) => `$${at * parameters + Number(number)}`),
  )
  return {
    text: `${head}${rows.join(', ')}${tail}`,
    values: statements.flatMap(({ values }) => values),
    name: `${first.name}x${statements.length}`,
  }
}
