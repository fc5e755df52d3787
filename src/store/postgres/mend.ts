// Mends what can be mended of a PostgreSQL database without a person: counts, and the words by which reports are found.
import type { StoreFacts } from '../../model/inspected.ts'
import { indexPages, indexReports } from '../copy/postgres.ts'
import { batches } from '../copy/rows.ts'
import { TABLES } from '../copy/tables.ts'
import { recount } from '../recount.ts'
import type { WritableSql } from '../sql.ts'
import { openConnection } from './connection.ts'
import { CHANGED, LOCK } from './prepare.ts'
import { postgresSql } from './sql.ts'

/** One transaction, under the lock of those who write. */
function writing<T>(url: string, work: (sql: WritableSql) => T): T {
  const connection = openConnection(url)
  const run = (text: string): void => void connection.ask({ text, values: [], name: null })
  try {
    run('begin')
    run(LOCK)
    const done = work(postgresSql(connection))
    // Desks look again at what they have read.
    run(CHANGED)
    run('commit')
    return done
  } finally {
    // What was not committed is gone with the connection.
    connection.drop()
    connection.close()
  }
}

export const mendCountsIn = (url: string, broken: StoreFacts['broken']): number =>
  writing(url, sql => recount(sql, broken))

/** Make the words of all reports, and of their pages, anew. */
export function mendFullTextIn(url: string): void {
  writing(url, sql => {
    sql.run('delete from x_search')
    for (const [name, columns, index] of [
      ['x_reports', ['id', 'title', 'text', 'folded_by', 'folded_extra'], indexReports],
      ['x_pages', ['report', 'text', 'folded_by', 'folded_extra'], indexPages],
    ] as const) {
      for (const table of TABLES) {
        if (table.name !== name) continue
        for (const { rows } of batches(sql, table, columns, null)) index(sql, columns, rows)
      }
    }
  })
}
