// What a database is called: a path is an SQLite file, an address that begins with `postgres://` a PostgreSQL database.

/** Whether a configuration's `database` is a PostgreSQL database, not a file. */
export const isPostgres = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database)

/** A database as it may be shown: an address without its password and parameters. */
export function shownDatabase(database: string): string {
  if (!isPostgres(database)) return database
  // Of what is no address nobody knows where a password stands in it.
  if (!URL.canParse(database)) return 'postgres://…'
  const { hostname, port, username, pathname } = new URL(database)
  const at = username === '' ? '' : `${username}@`
  return `postgres://${at}${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}
