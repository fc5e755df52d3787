// What no other user of the machine may read, in a small SQLite file of its own beside the database, with mode 0600: what was
// agreed with WebSub hubs, and with the subscribers of the built-in one. Only the processes that poll open it; readers of the database never do. A lost file costs nothing
// but new subscriptions.

import { existsSync } from 'node:fs'
import type { Millis } from '../model/units.ts'
import { Database, makeFile, setMode } from './engine.ts'
import { number } from './rows.ts'
import { statements } from './statements.ts'
import type { PrivateReader, PrivateStore } from './store.ts'
import { changeSubscriber, readingSubscriptions, saveSubscription } from './subscribing.ts'

/** Statement scripts; the file's `user_version` counts how many have run. Append only. */
const MIGRATIONS: readonly string[] = [
  `
create table about (
  -- Identity of the database this file belongs to: feeds are named by its numbers.
  database text not null
) strict;

create table subscriptions (
  feed      integer primary key,
  id        text not null unique,
  hub       text not null,
  topic     text not null,
  secret    text not null,
  callback  text not null,
  state     text not null,
  asked     integer,
  lease_end integer,
  next_ask  integer not null,
  attempts  integer not null,
  last_push integer,
  ignored   integer not null,
  note      text
) strict;
create index subscriptions_due on subscriptions (next_ask);
`,
  `
-- Who has subscribed to our own feeds.
create table subscribers (
  id         integer primary key,
  callback   text not null,
  topic      text not null,
  secret     text,
  lease_end  integer not null,
  delivered  text not null,
  failures   integer not null,
  not_before integer not null,
  unique (callback, topic)
) strict;
`,
]
/** The version of the file that has subscribers. */
const WITH_SUBSCRIBERS = 2

/** Where the private file of a database lies. */
export function privatePath(database: string): string {
  return database === ':memory:' ? database : `${database}.private`
}

/**
 * Open the private file of a database, or make it. `identity` is the database's own: where the file belongs to another one
 * (a database that was deleted and made anew), what it says is about other feeds, and is forgotten. Throws what SQLite or the
 * operating system says; a file that is damaged is the caller's to judge.
 */
export function openPrivate(path: string, identity: string, busyTimeout: Millis): PrivateStore {
  return createPrivate(openPrivateFile(path, identity, busyTimeout))
}

/** The same as a file. */
export function openPrivateFile(path: string, identity: string, busyTimeout: Millis): Database.Database {
  if (path !== ':memory:') {
    makeFile(path, 0o600, false)
    setMode(path, 0o600)
  }
  const db = new Database(path)
  try {
    db.pragma(`busy_timeout = ${busyTimeout}`)
    // The journal's files take the mode of the file.
    db.pragma('journal_mode = wal')
    db.pragma('synchronous = normal')
    // What is dropped here was secret: it does not stay in free pages.
    db.pragma('secure_delete = on')
    db.transaction(() => {
      const from = Number(db.pragma('user_version', { simple: true }))
      if (from < MIGRATIONS.length) {
        for (const script of MIGRATIONS.slice(from)) db.exec(script)
        db.pragma(`user_version = ${MIGRATIONS.length}`)
      }
      const known = db.prepare('select database from about').pluck().get()
      if (known === identity) return
      db.exec('delete from about; delete from subscriptions; delete from subscribers')
      db.prepare('insert into about (database) values (?)').run(identity)
    }).immediate()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Open the private file for reading; null where there is none yet, or where it belongs to another database. */
export function readPrivate(path: string, identity: string, busyTimeout: Millis): PrivateReader | null {
  const db = readPrivateFile(path, identity, busyTimeout)
  return db === null ? null : readingOf(db)
}

/** The same as a file. */
export function readPrivateFile(path: string, identity: string, busyTimeout: Millis): Database.Database | null {
  if (!existsSync(path)) return null
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    db.pragma(`busy_timeout = ${busyTimeout}`)
    if (Number(db.pragma('user_version', { simple: true })) > 0) {
      if (db.prepare('select database from about').pluck().get() === identity) return db
    }
    db.close()
    return null
  } catch (error) {
    db.close()
    throw error
  }
}

function readingOf(db: Database.Database): PrivateReader {
  const reading = readingSubscriptions(statements(db))
  return {
    ...reading,
    // Whoever polls brings the file up to date when something is to be kept: until then there are none.
    subscribers: () =>
      number(db.pragma('user_version', { simple: true })) < WITH_SUBSCRIBERS ? [] : reading.subscribers(),
    close: () => void db.close(),
  }
}

function createPrivate(db: Database.Database): PrivateStore {
  const sql = statements(db)
  return {
    ...readingOf(db),
    saveSubscription: saved => saveSubscription(sql, saved),
    changeSubscribers: changes =>
      db
        .transaction(() => {
          for (const change of changes) changeSubscriber(sql, change)
        })
        .immediate(),
    together: work => db.transaction(work).immediate(),
  }
}
