// What sentence models said of texts, in a small SQLite file of its own beside the database: a story's vector need not be asked
// for again after a restart, nor after features were made anew. It may be deleted at any time.
import { rmSync } from 'node:fs'
import type { Millis } from '../model/units.ts'
import { Database, makeFile } from './engine.ts'
import { statements } from './statements.ts'
import type { VectorStore } from './store.ts'

/** Of what is in the file; one of another version is made anew. */
const VERSION = 1
const TABLES = `
create table models (
  id     integer primary key,
  -- Digest of what it is called, and its answers to the same few texts as JSON.
  name   text not null,
  probes text not null
) strict;
-- Whole 127ths, a byte each; empty where the model has none for the text.
create table vectors (
  key    blob primary key,
  vector blob not null,
  at     integer not null
) strict, without rowid;
create index vectors_at on vectors (at);
`
const BUSY_TIMEOUT: Millis = 2_000

/** Where the file of a database lies. */
export function vectorsPath(database: string): string {
  return database === ':memory:' ? database : `${database}.vectors`
}

/** Open the file, or make it; one that is damaged is made anew. Throws what SQLite or the operating system says otherwise. */
export function openVectors(path: string): VectorStore {
  try {
    return opened(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!/^SQLITE_(?:NOTADB|CORRUPT)/.test(code)) throw error
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return opened(path)
  }
}

function opened(path: string): VectorStore {
  if (path !== ':memory:') makeFile(path, 0o600, false)
  const db = new Database(path)
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = normal')
    db.transaction(() => {
      if (Number(db.pragma('user_version', { simple: true })) === VERSION) return
      db.exec('drop table if exists models; drop table if exists vectors')
      db.exec(TABLES)
      db.pragma(`user_version = ${VERSION}`)
    }).immediate()
  } catch (error) {
    db.close()
    throw error
  }
  const sql = statements(db)
  const keep = db.transaction((vectors: Parameters<VectorStore['keep']>[0], at: Millis) => {
    for (const { key, vector } of vectors) {
      sql.run('insert or replace into vectors (key, vector, at) values (?, ?, ?)', [
        key,
        vector === null ? new Uint8Array() : new Uint8Array(Int8Array.from(vector).buffer),
        at,
      ])
    }
  })
  return {
    models: () =>
      sql.all('select id, name, probes from models order by id', {}).map(row => ({
        id: Number(row['id']),
        name: String(row['name']),
        probes: JSON.parse(String(row['probes'])) as (number[] | null)[],
      })),
    addModel: ({ id, name, probes }) =>
      void sql.run('insert or replace into models (id, name, probes) values (?, ?, ?)', [
        id,
        name,
        JSON.stringify(probes),
      ]),
    find: key => {
      const found = sql.get('select vector from vectors where key = ?', [key])?.['vector']
      if (!(found instanceof Uint8Array)) return undefined
      return found.length === 0 ? null : [...new Int8Array(found)]
    },
    keep: (vectors, at) => void keep.immediate(vectors, at),
    forget: before => void sql.run('delete from vectors where at < @before', { before }),
    close: () => void db.close(),
  }
}
