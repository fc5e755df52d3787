// Another program that holds a database's lock: a shell with an open transaction on a file, or a session of a server.
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { LOCK } from '../../src/store/postgres/prepare.ts'

/** Takes the lock of those who write; gives it back when called, or when the test ends. */
export function holdLock(database: string): () => void {
  const close = isPostgres(database) ? onServer(database) : onFile(database)
  onTestFinished(close)
  return close
}

function onFile(file: string): () => void {
  const holder = new Database(file)
  holder.exec('begin immediate')
  return () => void holder.close()
}

function onServer(url: string): () => void {
  const holder = openConnection(url)
  for (const text of ['begin', LOCK]) holder.ask({ text, values: [], name: null })
  return () => holder.close()
}
