// What a database that is half a copy says of itself, and how far the copy has come.
import { shownDatabase } from '../../model/database.ts'
import type { Sql, Value } from '../sql.ts'
import { COPYING } from './tables.ts'

export interface Mark {
  /** What it is copied from, as it may be shown; and what tells that database from any other. */
  from: string
  identity: string
  /** The state of it when the copy began. */
  state: string
  /** The table that is being copied, and the key of the last row that is there. */
  table: number
  after: readonly Value[] | null
  /** It was compared with the source and is not the same: the next copy begins anew. */
  differs?: true
}

/** The mark of a database; null where it is whole. `meta` is the name of the table. */
export function markOf(sql: Pick<Sql, 'get'>, meta = 'x_meta'): Mark | null {
  const value = sql.get(`select value from "${meta}" where "key" = ?`, [COPYING])?.['value']
  return typeof value === 'string' ? (JSON.parse(value) as Mark) : null
}

/** Why half a copy is not opened. */
export const halfCopied = (database: string, { from }: Mark): string => {
  const name = shownDatabase(database)
  return `the database ${name} is half a copy: run \`minwal copy --from ${from} --to ${name}\` again, which goes on where it was`
}
