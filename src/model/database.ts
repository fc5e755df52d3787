// What a database is called: a path is an SQLite file, an address that begins with `postgres://` a PostgreSQL database.

/** Whether a configuration's `database` is a PostgreSQL database, not a file. */
export const isPostgres = (database: string): boolean => /^postgres(?:ql)?:\/\//.test(database)

/** Why a database's address cannot be used; null where it can. It quotes nothing of it. */
export function addressFault(address: string): string | null {
  const url = URL.parse(address)
  if (url === null) return 'is no address of a database, like postgres://user@host/name'
  // A character of the password, like `/` or `#`, has ended the login before its time: what follows is a part of the password.
  if (!`${url.pathname}${url.search}${url.hash}`.includes('@')) return null
  return 'has an "@" behind its host: in a password, also in one of the environment, write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25'
}

/** A database as it may be shown: an address without its password and parameters. */
export function shownDatabase(database: string): string {
  if (!isPostgres(database)) return database
  // Of what is no address nobody knows where a password stands in it.
  if (addressFault(database) !== null) return 'postgres://…'
  const { hostname, port, username, pathname } = new URL(database)
  const at = username === '' ? '' : `${username}@`
  return `postgres://${at}${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}
