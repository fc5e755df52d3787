// What sentence models said of texts, in a small SQLite file of its own beside the database: a story's vector need not be asked
// for again after a restart, nor after features were made anew. It may be deleted at any time.
import { openBeside } from './beside.ts'
import type { WritableSql } from './sql.ts'
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
  const together = (work: () => void): void => db.transaction(work).immediate()
  return { ...vectorsIn(statements(db), together), close: () => void db.close() }
}

/** What is remembered of vectors, over either engine. `together` runs its work as one transaction. */
export function vectorsIn(sql: WritableSql, together: (work: () => void) => void): Omit<VectorStore, 'close'> {
  return {
    models: () =>
      sql.all('select id, name, probes from models order by id', {}).map(row => ({
        id: Number(row['id']),
        name: String(row['name']),
        probes: JSON.parse(String(row['probes'])) as (number[] | null)[],
      })),
    addModel: ({ id, name, probes }) =>
      together(() => {
        sql.run('insert or replace into models (id, name, probes) values (?, ?, ?)', [id, name, JSON.stringify(probes)])
      }),
    find: key => {
      const found = sql.get('select vector from vectors where key = ?', [key])?.['vector']
      if (!(found instanceof Uint8Array)) return undefined
      return found.length === 0 ? null : [...new Int8Array(found)]
    },
    keep: (vectors, at) =>
      together(() => {
        for (const { key, vector } of vectors) {
          sql.run('insert or replace into vectors (key, vector, at) values (?, ?, ?)', [
            key,
            vector === null ? new Uint8Array() : new Uint8Array(Int8Array.from(vector).buffer),
            at,
          ])
        }
      }),
    forget: before =>
      together(() => {
        sql.run('delete from vectors where at < @before', { before })
      }),
  }
}
