// Prepared statements of one connection, and reading in one state of the file.
import type { Database } from './engine.ts'
import type { Row, WritableSql } from './sql.ts'

/**
 * A statement whose plan does not depend on what is bound. SQLite (built with STAT4, as better-sqlite3 is) prepares a statement
 * anew after every binding of a parameter that it compared with a column while planning: four fifths of the time of a short
 * statement. Behind a unary plus, which changes no value, a parameter is not looked at.
 */
const withStablePlan = (text: string): string => text.replace(/(?<![\w+])@(?=[a-zA-Z])/g, '+@')

/** What the engines spell differently (sql.ts), as SQLite has it. */
export const spelled = (text: string): string =>
  text
    .replaceAll(/\b(?:numbers|texts|objects)\(/g, 'json_each(')
    .replaceAll('state_version()', `((select data_version from pragma_data_version) || ' ' || total_changes())`)
    .replaceAll(/\blast_number\(('[a-z_]+')\)/g, 'coalesce((select seq from sqlite_sequence where name = $1), 0)')

/** Statements are prepared on first use and kept. Their text is the key: texts come from this room only. */
export function statements(db: Database.Database): WritableSql {
  const prepared = new Map<string, Database.Statement>()
  const statement = (text: string): Database.Statement => {
    let found = prepared.get(text)
    if (!found) {
      found = db.prepare(withStablePlan(spelled(text)))
      prepared.set(text, found)
    }
    return found
  }
  return {
    all: (text, parameters = {}) => statement(text).all(parameters) as Row[],
    get: (text, parameters = {}) => statement(text).get(parameters) as Row | undefined,
    soon: (text, parameters = {}) => ({ rows: statement(text).all(parameters) as Row[] }),
    run: (text, parameters = {}) => statement(text).run(parameters),
    each: (text, parameters = {}) => statement(text).iterate(parameters) as Iterable<Row>,
  }
}

/** Runs work that reads several times in one read transaction; inside a transaction, in that. */
export function snapshots(db: Database.Database): <T>(work: () => T) => T {
  const begin = db.prepare('begin')
  const end = db.prepare('commit')
  return work => {
    if (db.inTransaction) return work()
    begin.run()
    try {
      return work()
    } finally {
      if (db.inTransaction) end.run()
    }
  }
}
