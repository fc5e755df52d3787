// What no other user of the machine may read, in a small SQLite file of its own beside the database, with mode 0600: what was
// agreed with WebSub hubs. Only the processes that poll open it; readers of the database never do. A lost file costs nothing
// but new subscriptions.

import type { Subscription } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { Database, makeFile, setMode } from './engine.ts'
import type { Row } from './sql.ts'

/** Synchronous, and on a connection of its own: what is written here is not part of a filing's transaction. */
export interface PrivateStore {
  /** What was asked of a WebSub hub for this feed. */
  subscription(feed: number): Subscription | null
  /** The one whose callback ends in this id. */
  subscriptionById(id: string): Subscription | null
  /** Those whose hub is to be asked (again), longest due first. */
  subscriptionsDue(now: Millis): Subscription[]
  /** Keep it in place of any other of its feed. */
  saveSubscription(subscription: Subscription): void

  /** All that is written inside is on disk afterwards, or nothing is. May be nested. */
  together<T>(work: () => T): T
  close(): void
}

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
]

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
      db.exec('delete from about; delete from subscriptions')
      db.prepare('insert into about (database) values (?)').run(identity)
    }).immediate()
    return createPrivate(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function createPrivate(db: Database.Database): PrivateStore {
  const prepared = new Map<string, Database.Statement>()
  const statement = (text: string): Database.Statement => {
    const found = prepared.get(text) ?? db.prepare(text)
    prepared.set(text, found)
    return found
  }
  const get = (text: string, parameters: object): Row | undefined => statement(text).get(parameters) as Row | undefined
  const all = (text: string, parameters: object): Row[] => statement(text).all(parameters) as Row[]
  const run = (text: string, parameters: object): void => void statement(text).run(parameters)
  return {
    subscription: feed => subscriptionOf(get('select * from subscriptions where feed = @feed', { feed })),
    subscriptionById: id => subscriptionOf(get('select * from subscriptions where id = @id', { id })),
    subscriptionsDue: now =>
      all(
        `select * from subscriptions where (next_ask <= @now or asked > @now + 60000) and state <> 'unnamed' order by next_ask, feed`,
        {
          now,
        },
      ).flatMap(row => subscriptionOf(row) ?? []),
    saveSubscription: saved =>
      run(
        `insert or replace into subscriptions (feed, id, hub, topic, secret, callback, state, asked, lease_end, next_ask,
           attempts, last_push, ignored, note)
         values (@feed, @id, @hub, @topic, @secret, @callback, @state, @asked, @leaseEnd, @nextAsk, @attempts, @lastPush,
           @ignored, @note)`,
        { ...saved, nextAsk: Math.round(saved.nextAsk) },
      ),
    together: work => db.transaction(work).immediate(),
    close: () => void db.close(),
  }
}

/** A row of the table, null for none. */
export function subscriptionOf(row: Row | undefined): Subscription | null {
  if (!row) return null
  const when = (name: string): Millis | null => (row[name] == null ? null : Number(row[name]))
  return {
    id: String(row['id']),
    feed: Number(row['feed']),
    hub: String(row['hub']),
    topic: String(row['topic']),
    secret: String(row['secret']),
    callback: String(row['callback']),
    state: String(row['state']) as Subscription['state'],
    asked: when('asked'),
    leaseEnd: when('lease_end'),
    nextAsk: Number(row['next_ask']),
    attempts: Number(row['attempts']),
    lastPush: when('last_push'),
    ignored: Number(row['ignored']),
    note: row['note'] == null ? null : String(row['note']),
  }
}
