// Reads tables in the order of their keys, batch by batch, in the same form from either engine.
import type { Row, Sql, Value } from '../sql.ts'
import { among, type Table } from './tables.ts'

/** Characters and bytes of the values of a batch, about; and rows of one. */
const BATCH_SIZE = 4 * 1_048_576
const MOST_ROWS = 1_000
const FIRST_ROWS = 32

export const quoted = (names: readonly string[]): string => names.map(name => `"${name}"`).join(', ')

/** PostgreSQL has no U+0000 in texts: what stands behind one is not copied. */
function plain(value: Value): Value {
  if (typeof value !== 'string') return value
  const end = value.indexOf('\0')
  return end < 0 ? value : value.slice(0, end)
}

const sizeOf = (value: Value): number => (typeof value === 'string' || value instanceof Uint8Array ? value.length : 8)

export const countOf = (sql: Sql, table: Table): number =>
  Number(sql.get(`select count(*) as n from ${table.name} where ${among(table)}`)?.['n'] ?? 0)

/** The values of a row in the order of the columns. */
export type Values = readonly Value[]

export interface Batch {
  rows: Values[]
  /** The key of the last of them. */
  last: Values
}

/** Rows behind a key, in batches. They are many where rows are small. */
export function* batches(sql: Sql, table: Table, columns: readonly string[], from: Values | null): Iterable<Batch> {
  const keys = quoted(table.key)
  const places = table.key.map(() => '?').join(', ')
  const keyAt = table.key.map(name => columns.indexOf(name))
  const read = (after: Values | null, limit: number): Row[] =>
    sql.all(
      `select ${quoted(columns)} from ${table.name} where ${among(table)}${after === null ? '' : ` and (${keys}) > (${places})`}
       order by ${keys} limit ?`,
      [...(after ?? []), limit],
    )
  let after = from
  let limit = FIRST_ROWS
  for (;;) {
    const found = read(after, limit)
    if (found.length === 0) return
    let size = 0
    const rows = found.map(row =>
      columns.map(name => {
        const value = plain(row[name] ?? null)
        size += sizeOf(value)
        return value
      }),
    )
    const last = keyAt.map(at => rows.at(-1)?.[at] ?? null)
    yield { rows, last }
    if (rows.length < limit) return
    after = last
    limit = Math.max(1, Math.min(MOST_ROWS, 4 * limit, Math.floor((BATCH_SIZE * rows.length) / size)))
  }
}

/** A row as a text that is the same for the same values, whichever engine gave them. */
export const written = (row: Values): string =>
  JSON.stringify(
    row.map(value => (value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value)),
  )
