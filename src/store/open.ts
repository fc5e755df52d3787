// Opens a database by its name: a path is an SQLite file, an address that begins with `postgres://` a PostgreSQL database.
import { existsSync } from 'node:fs'
import { isPostgres } from '../model/database.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { hasTables } from './postgres/made.ts'
import { openPostgres, openPostgresReader } from './postgres/postgres.ts'
import type { OpenOptions } from './prepare.ts'
import { openFile, openFileReader } from './sqlite.ts'
import type { Store, StoreReader } from './store.ts'

export { storeFault, storeTrouble } from './fault.ts'
export type { OpenOptions } from './prepare.ts'

/** Whether it has been made: its ids are then what they are. */
export const isMade = (database: string): boolean => (isPostgres(database) ? hasTables(database) : existsSync(database))

/** Open the store, making or migrating it where allowed. The reason of a failure is one line that names the database. */
export function openStore(options: OpenOptions): Outcome<Store> {
  return isPostgres(options.path) ? openPostgres(options) : openFile(options)
}

/**
 * Open a store for reading on a connection of its own, which sees what others commit: `version()` tells. `patience`: how long a
 * server that was lost is waited for.
 */
export function openReader(database: string, patience?: Millis): Outcome<StoreReader> {
  return isPostgres(database) ? openPostgresReader(database, patience) : openFileReader(database)
}
