// Compares two databases row by row, in the order of their keys.
import { createHash } from 'node:crypto'
import { batches, type Values, written } from './rows.ts'
import type { Side } from './side.ts'
import type { Table } from './tables.ts'

export interface Verified {
  rows: number
  /** SHA-256 of all rows in the order of their keys; the same on both sides. */
  digest: string
}

export type Compared = { ok: true; value: Verified } | { ok: false; reason: string }

function* rowsOf(side: Side, table: Table, columns: readonly string[]): Generator<Values, undefined> {
  for (const { rows } of batches(side.of(table), table, columns, null)) yield* rows
}

/** Compare a table. `onRows` is called with how many rows are compared, from time to time. */
export function* compare(from: Side, to: Side, table: Table, columns: readonly string[]): Generator<number, Compared> {
  const [one, other] = [rowsOf(from, table, columns), rowsOf(to, table, columns)]
  const hash = createHash('sha256')
  const name = table.name.replace(/^x_/, '')
  const keyOf = (row: Values): string => table.key.map(key => row[columns.indexOf(key)]).join(' ')
  try {
    for (let rows = 0; ; rows++) {
      const [is, was] = [other.next(), one.next()]
      if (is.done && was.done) {
        yield rows % 1_000
        return { ok: true, value: { rows, digest: hash.digest('hex') } }
      }
      if (was.done) return { ok: false, reason: `${name} ${keyOf(is.value as Values)} is in the copy alone` }
      if (is.done) return { ok: false, reason: `${name} ${keyOf(was.value)} is not in the copy` }
      const text = written(was.value)
      if (text !== written(is.value)) {
        const at = was.value.findIndex((value, n) => written([value]) !== written([is.value[n] ?? null]))
        const where = keyOf(was.value) === keyOf(is.value) ? `${columns[at]} of ` : ''
        return { ok: false, reason: `${where}${name} ${keyOf(was.value)} is not the same in the copy` }
      }
      hash.update(text)
      hash.update('\n')
      if (rows % 1_000 === 999) yield 1_000
    }
  } finally {
    one.return(undefined)
    other.return(undefined)
  }
}

/** What is made of the reports is there for each; null where it is. */
export function compareWords(to: Side): string | null {
  const [words, reports] = [to.searchable(), Number(to.sql.get('select count(*) as n from x_reports')?.['n'])]
  return words === reports ? null : `${words} of ${reports} reports can be searched for`
}
