// Rows of a query over many ids at once: a list of a hundred stories costs three queries, not two hundred.
import { number } from '../rows.ts'
import type { Row, Sql } from '../sql.ts'

/** What `query` finds for `@ids` (a JSON list), by its column `of`. */
export function byId<T>(sql: Sql, query: string, ids: readonly number[], read: (row: Row) => T): Map<number, T[]> {
  const found = new Map<number, T[]>()
  if (ids.length === 0) return found
  for (const row of sql.all(query, { ids: JSON.stringify(ids) })) {
    const id = number(row['of'])
    const rows = found.get(id)
    if (rows) rows.push(read(row))
    else found.set(id, [read(row)])
  }
  return found
}
