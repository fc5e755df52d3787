// What sentence models said of texts, in a small SQLite file of its own beside the database: a story's vector need not be asked
// for again after a restart, nor after features were made anew. It may be deleted at any time.
import type { Millis } from '../model/units.ts'
import { openBeside } from './beside.ts'
import { statements } from './statements.ts'
import type { VectorStore } from './store.ts'

const VECTORS = {
  version: 1,
  tables: {
    models: `
create table models (
  id     integer primary key,
  -- Digest of what it is called, and its answers to the same few texts as JSON.
  name   text not null,
  probes text not null
) strict;
`,
    vectors: `
-- Whole 127ths, a byte each; empty where the model has none for the text.
create table vectors (
  key    blob primary key,
  vector blob not null,
  at     integer not null
) strict, without rowid;
create index vectors_at on vectors (at);
`,
  },
}

/** Where the file of a database lies. */
export function vectorsPath(database: string): string {
  return database === ':memory:' ? database : `${database}.vectors`
}

/** Open the file, or make it. Throws what SQLite or the operating system says. */
export function openVectors(path: string): VectorStore {
  const db = openBeside(path, VECTORS)
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
