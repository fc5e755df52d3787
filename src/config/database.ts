// What a configuration says of a PostgreSQL database: what of its address is secret, and which settings are a file's alone.

import type { Secret } from '../model/config.ts'
import { isPostgres } from '../model/database.ts'
import type { Fault } from './faults.ts'
import { member } from './raw.ts'
import { type Environment, fillIn, loginSecrets, readText } from './secrets.ts'

const SECRET_PARAMETER = /pass|key|secret|token/i

/** The password of a database's address, and parameters that hold one. */
export function databaseSecrets(written: unknown, environment: Environment): Secret[] {
  if (typeof written !== 'string') return []
  const address = fillIn(written, environment)
  if (!isPostgres(address)) return []
  const url = URL.parse(address)
  const used = readText(written, environment).map(({ shown, value }) => ({ written: shown, value }))
  const shown = (value: string): string => used.find(one => one.value === value)?.written ?? '***'
  if (url === null) {
    const login = address.slice(address.indexOf('//') + 2, Math.max(0, address.lastIndexOf('@')))
    const value = login.slice(login.indexOf(':') + 1)
    return value === '' ? [] : [{ shown: shown(value), value, rare: true }]
  }
  const parameters = [...url.searchParams].flatMap(([name, value]) =>
    SECRET_PARAMETER.test(name) && value !== '' ? [{ shown: shown(value), value, rare: true }] : [],
  )
  return [...(url.password === '' ? [] : loginSecrets(url, used)), ...parameters]
}

/** What a database that is none of SQLite's has no use for. `mode` is the one of the environment. */
export function databaseFaults(filled: unknown, mode: number | null): Fault[] {
  const database = member(filled, 'database')
  if (typeof database !== 'string' || !isPostgres(database)) return []
  const faults: Fault[] = []
  if (!URL.canParse(database)) {
    faults.push({ path: ['database'], says: 'is no address of a database, like postgres://user@host/name' })
  }
  if (member(member(filled, 'backup'), 'to') !== undefined) {
    const says =
      'is for a database that is a file: leave it out, and let `pg_dump` by a timer, or the server, make backups'
    faults.push({ path: ['backup', 'to'], says })
  }
  if (member(member(filled, 'retain'), 'size') !== undefined) {
    const says =
      'is for a database that is a file: leave it out, and say with retain.reports, retain.revisions and retain.polls how long news are kept'
    faults.push({ path: ['retain', 'size'], says })
  }
  if (mode !== null) {
    const says =
      'MINWAL_DATABASE_MODE is for a database that is a file: leave it out, and grant users what they may read'
    faults.push({ path: null, says })
  }
  return faults
}
