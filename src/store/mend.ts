// Mends what can be mended without a person: what the tables can be asked for again, the full text, permissions, the journal.
import { chmodSync } from 'node:fs'
import type { FileFact, StoreFacts } from '../model/inspected.ts'
import type { Millis } from '../model/units.ts'
import { countStories, recountThread } from './counts.ts'
import { Database } from './engine.ts'
import { STORE_RULES } from './rules.ts'
import { bumpVersion, type WritableSql } from './sql.ts'
import { statements } from './statements.ts'

const BUSY_TIMEOUT: Millis = 10_000

function writing<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path, { fileMustExist: true })
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    db.pragma('synchronous = normal')
    db.pragma('foreign_keys = on')
    return work(db)
  } finally {
    db.close()
  }
}

/** Count anew what does not hold, in one transaction. How many agencies, feeds, stories and threads were counted. */
export function mendCounts(path: string, broken: StoreFacts['broken']): number {
  return writing(path, db => {
    const sql = statements(db)
    const ids = (what: 'story' | 'thread'): number[] => [
      ...new Set(broken.filter(({ counts }) => counts === what).flatMap(found => found.ids.map(Number))),
    ]
    return db
      .transaction((): number => {
        let counted = 0
        if (broken.some(({ counts }) => counts === 'agency' || counts === 'feed')) counted += countSources(sql)
        const stories = ids('story')
        const threads = new Set(countStories(sql, new Map(stories.map(id => [id, 0]))).map(({ thread }) => thread))
        for (const thread of ids('thread')) threads.add(thread)
        // What threads claim follows from their stories.
        for (const { query, counts } of STORE_RULES) {
          if (counts === 'thread') for (const row of sql.all(query)) threads.add(Number(Object.values(row)[0]))
        }
        for (const thread of threads) recountThread(sql, thread, 0)
        bumpVersion(sql)
        return counted + stories.length + threads.size
      })
      .immediate()
  })
}

/** Reports of agencies and feeds. */
function countSources(sql: WritableSql): number {
  const agencies = sql.run(
    `update x_agencies set reports = (select count(*) from x_reports r where r.agency = x_agencies.id)
     where reports <> (select count(*) from x_reports r where r.agency = x_agencies.id)`,
  )
  const feeds = sql.run(
    `update x_feeds set reports = (select count(*) from x_reports r where r.feed = x_feeds.id)
     where reports <> (select count(*) from x_reports r where r.feed = x_feeds.id)`,
  )
  return agencies.changes + feeds.changes
}

/** Make the full-text index anew from the reports. */
export function mendFullText(path: string): void {
  writing(path, db => {
    db.transaction(() => void db.exec(`insert into x_search (x_search) values ('rebuild')`)).immediate()
    db.pragma('wal_checkpoint(truncate)')
  })
}

/** Take from others what they may not have. Throws what the operating system says. */
export function mendPermissions({ path, what, mode }: FileFact): void {
  const secret = what === 'key' || what === 'private file' || what === 'vectors'
  chmodSync(path, mode & (secret ? 0o700 : 0o755))
}

/** Take the journal into the database and cut it back. False where another program reads what stands in it. */
export function mendJournal(path: string): boolean {
  return writing(path, db => {
    const [done] = db.pragma('wal_checkpoint(truncate)') as { busy: number }[]
    return done?.busy === 0
  })
}
