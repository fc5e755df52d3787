// What no other user of the machine may read lies in a file of its own, and nothing of it in the database.
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SubscriberChange, Subscription } from '../../src/model/stored.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { openReader, openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { describeTheFile, ENGINE, itOfTheFile, newDatabase } from '../helpers/engine.ts'
import { folder } from '../helpers/folder.ts'

const SECRET = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00'

const subscription = (feed: number): Subscription => ({
  id: 'A'.repeat(31) + String(feed),
  feed,
  hub: 'https://hub.example/',
  topic: 'https://agency.example/feed',
  secret: SECRET,
  callback: 'https://minwal.example/websub/x',
  state: 'active',
  asked: 1,
  leaseEnd: 2,
  nextAsk: 3,
  attempts: 0,
  lastPush: null,
  ignored: 0,
  note: null,
})

function open(path: string, mode: number | null = null): Store {
  const opened = openStore({ path, mode })
  if (!opened.ok) throw new Error(opened.reason)
  onTestFinished(() => opened.value.close())
  return opened.value
}

const agency = (url: string) => ({
  id: 'a',
  name: 'A',
  aliases: [],
  language: null,
  homepage: null,
  feeds: [
    {
      url,
      category: null,
      language: null,
      every: null,
      headers: {},
      identity: 'guid' as const,
      allowPrivate: false,
      paused: false,
    },
  ],
})

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

function underUmask(umask: number): void {
  const before = process.umask(umask)
  onTestFinished(() => void process.umask(before))
}

/** What stands in a file and its journal, byte for byte. */
function bytes(path: string): string {
  return ['', '-wal']
    .filter(end => existsSync(path + end))
    .map(end => readFileSync(path + end).toString('latin1'))
    .join('')
}

// Workers of vitest are threads where process.umask may not be set.
const withUmask = it.skipIf(process.platform === 'win32')

describeTheFile('who may read the files', () => {
  withUmask('lets the owner and the group read the database and its journals, and nobody else', () => {
    underUmask(0)
    const path = join(folder(), 'news.db')
    const store = open(path)
    store.syncAgencies([agency('https://a.example/feed')], 0)
    store.saveSubscription(subscription(1))
    expect(['', '-wal', '-shm'].map(end => mode(path + end))).toEqual(['640', '640', '640'])
    expect(['', '-wal', '-shm'].map(end => mode(`${path}.private${end}`))).toEqual(['600', '600', '600'])
  })

  withUmask('takes away what the umask takes away', () => {
    underUmask(0o077)
    const path = join(folder(), 'news.db')
    open(path)
    expect(mode(path)).toBe('600')
  })

  withUmask('gives the mode it is told, whatever the umask, also to a file that is there', () => {
    underUmask(0o077)
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (first.ok) first.value.close()
    const store = open(path, 0o644)
    store.syncAgencies([agency('https://a.example/feed')], 0)
    expect(['', '-wal', '-shm'].map(end => mode(path + end))).toEqual(['644', '644', '644'])
    store.saveSubscription(subscription(1))
    expect(mode(`${path}.private`)).toBe('600')
  })

  it('leaves an existing database the mode its owner gave it', () => {
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (first.ok) first.value.close()
    chmodSync(path, 0o604)
    open(path)
    expect(mode(path)).toBe('604')
  })

  it('shuts a private file that somebody has opened', () => {
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (first.ok) {
      first.value.saveSubscription(subscription(1))
      first.value.close()
    }
    chmodSync(`${path}.private`, 0o644)
    expect(open(path).subscription(1)?.secret).toBe(SECRET)
    expect(mode(`${path}.private`)).toBe('600')
  })
})

describe('subscribers of the built-in hub', () => {
  const kept = (callback: string, more: object = {}): SubscriberChange => ({
    kind: 'keep',
    callback,
    topic: 'https://minwal.example/feed.atom',
    secret: SECRET,
    leaseEnd: 5,
    delivered: '"a"',
    ...more,
  })

  it('are one for each callback and feed, lie in no table of news, and are seen by readers', () => {
    const path = newDatabase(join(folder(), 'news.db'))
    const store = open(path)
    const reader = openReader(path)
    if (!reader.ok) throw new Error(reader.reason)
    onTestFinished(() => reader.value.close())
    expect(reader.value.subscribers()).toEqual([])
    store.changeSubscribers([kept('https://one.example/'), kept('https://two.example/', { secret: null })])
    const [one, two] = reader.value.subscribers()
    expect(one).toMatchObject({ callback: 'https://one.example/', secret: SECRET, failures: 0, notBefore: 0 })
    expect(two).toMatchObject({ callback: 'https://two.example/', secret: null })
    store.changeSubscribers([
      { kind: 'failed', id: one?.id ?? 0, failures: 2, notBefore: 9 },
      { kind: 'delivered', id: two?.id ?? 0, delivered: '"b"' },
    ])
    expect(reader.value.subscribers()).toMatchObject([
      { failures: 2, notBefore: 9, delivered: '"a"' },
      { delivered: '"b"' },
    ])
    // A renewal leaves what it has, and forgets what failed.
    store.changeSubscribers([kept('https://one.example/', { secret: 'other', leaseEnd: 50, delivered: '"c"' })])
    expect(reader.value.subscribers()[0]).toMatchObject({
      secret: 'other',
      leaseEnd: 50,
      failures: 0,
      delivered: '"a"',
    })
    store.changeSubscribers([
      { kind: 'drop', callback: 'https://one.example/', topic: 'https://minwal.example/feed.atom' },
    ])
    expect(reader.value.subscribers()).toMatchObject([{ id: two?.id }])
    if (ENGINE === 'sqlite') expect(bytes(path)).not.toContain(SECRET)
  })

  itOfTheFile('come to a file that knew subscriptions alone, which stay', () => {
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (!first.ok) throw new Error(first.reason)
    first.value.saveSubscription(subscription(1))
    first.value.close()
    const old = new Database(`${path}.private`)
    old.exec('drop table subscribers; pragma user_version = 1')
    old.close()
    const reader = openReader(path)
    if (!reader.ok) throw new Error(reader.reason)
    onTestFinished(() => reader.value.close())
    expect([reader.value.subscribers(), reader.value.subscription(1)]).toEqual([[], subscription(1)])
    const store = open(path)
    store.changeSubscribers([kept('https://one.example/')])
    expect(reader.value.subscribers()).toHaveLength(1)
    expect(store.subscription(1)).toEqual(subscription(1))
  })

  itOfTheFile('of another database are forgotten: its threads have other numbers', () => {
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (!first.ok) throw new Error(first.reason)
    first.value.changeSubscribers([kept('https://one.example/')])
    first.value.close()
    for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) writeFileSync(path + end, '')
    expect(open(path).subscribers()).toEqual([])
  })
})

describeTheFile('secrets of subscriptions', () => {
  it('lie in the private file and nowhere in the database', () => {
    const path = join(folder(), 'news.db')
    const store = open(path)
    store.syncAgencies([agency('https://a.example/feed')], 0)
    store.saveSubscription(subscription(1))
    expect(store.subscriptionById(subscription(1).id)).toEqual(subscription(1))
    expect(store.subscriptionsDue(10)).toEqual([subscription(1)])
    expect(bytes(`${path}.private`)).toContain(SECRET)
    expect(bytes(path)).not.toContain(SECRET)
  })

  it('are moved out of a database of an earlier version, to the last byte', () => {
    const path = join(folder(), 'news.db')
    const old = new Database(path)
    old.pragma('journal_mode = wal')
    for (const script of MIGRATIONS.slice(0, 2)) old.exec(script)
    old.pragma('user_version = 2')
    old.pragma(`application_id = ${0x4d4e574c}`)
    old.exec(`insert into meta values ('version', '1'), ('tag_authority', 'minwal.example,2026');
      insert into agencies (id, name) values ('a', 'A');
      insert into feeds (agency, url, next_poll, reason, failures, error)
      values ('a', 'https://a.example/feed', 0, '', 1, 'the document is not XML or JSON: it begins with «internal-t0ken»')`)
    const { leaseEnd, nextAsk, lastPush, ...plain } = subscription(1)
    old
      .prepare(
        `insert into subscriptions values (@feed, @id, @hub, @topic, @secret, @callback, @state, @asked, @leaseEnd, @nextAsk,
           @attempts, @lastPush, @ignored, @note)`,
      )
      .run({ ...plain, leaseEnd, nextAsk, lastPush })
    old.close()
    expect(bytes(path)).toContain(SECRET)
    const store = open(path)
    expect(store.subscription(1)).toEqual(subscription(1))
    expect(store.feed(1)?.error).toBe('the document is not XML or JSON')
    expect(bytes(path)).not.toContain(SECRET)
    expect(bytes(path)).not.toContain('internal-t0ken')
    expect(mode(`${path}.private`)).toBe('600')
  })

  it('of another database are forgotten, for its feeds have other numbers', () => {
    const where = folder()
    const path = join(where, 'news.db')
    const first = openStore({ path })
    if (first.ok) {
      first.value.saveSubscription(subscription(1))
      first.value.close()
    }
    for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) writeFileSync(path + end, '')
    expect(open(path).subscription(1)).toBeNull()
  })

  it('that cannot be read any more are set aside, and asked for anew', () => {
    const path = join(folder(), 'news.db')
    const first = openStore({ path })
    if (first.ok) first.value.close()
    writeFileSync(
      `${path}.private`,
      'this is no database, and longer than a page header of one hundred bytes'.repeat(9),
    )
    const store = open(path)
    expect(store.subscription(1)).toBeNull()
    store.saveSubscription(subscription(1))
    expect(store.subscription(1)).toEqual(subscription(1))
    expect(mode(`${path}.private`)).toBe('600')
    expect(existsSync(`${path}.private.damaged`)).toBe(true)
  })
})
