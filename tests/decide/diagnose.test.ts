// What is made of the facts of a database and its surroundings.
import { describe, expect, it } from 'vitest'
import { CHECKS, diagnose } from '../../src/decide/diagnose/diagnose.ts'
import type { ConfigFacts, DoctorFacts, FileFact, ServerFacts, StoreFacts } from '../../src/model/inspected.ts'

const NOW = Date.UTC(2026, 10, 29, 8, 0)
const DAY = 86_400_000
const MB = 1_048_576

const STORE: StoreFacts = {
  ours: true,
  schema: 7,
  known: 7,
  sqlite: '3.50.0',
  bytes: 100 * MB,
  integrity: [],
  orphans: [],
  text: { compared: true, fault: null, missing: 0, surplus: 0 },
  broken: [],
  withoutFeatures: 0,
  lastPoll: NOW - 60_000,
  feeds: [],
}
const CONFIG: ConfigFacts = {
  link: null,
  reachable: true,
  hasty: [],
  hostDelay: 5_000,
  retains: true,
  open: false,
  allowPrivate: false,
  backup: { every: DAY, newest: NOW - DAY, fault: null },
}
const FILE: FileFact = { path: '/d/minwal.db', what: 'database', bytes: 100 * MB, mode: 0o640, modified: NOW }

function found(
  changes: { store?: Partial<StoreFacts> | null; config?: Partial<ConfigFacts> } & Partial<
    Omit<DoctorFacts, 'store' | 'config'>
  >,
) {
  const { store, config, ...rest } = changes
  const facts: DoctorFacts = {
    now: NOW,
    path: '/d/minwal.db',
    files: [FILE],
    disk: { free: 10_000 * MB, network: null },
    users: [],
    ...rest,
    store: store === null ? null : { ...STORE, ...store },
    config: { ...CONFIG, ...config },
  }
  return diagnose(facts).map(({ level, check, what, subject }) => `${level} ${check}: ${what} (${subject})`)
}

const feed = (changes: Partial<StoreFacts['feeds'][number]>): StoreFacts['feeds'][number] => ({
  id: 1,
  url: 'https://agency.example/rss',
  agency: 'agency',
  lastSuccess: NOW - DAY,
  firstPoll: NOW - 90 * DAY,
  error: null,
  retired: false,
  ...changes,
})

describe('a diagnosis', () => {
  it('of a sound database says nothing', () => {
    expect(found({})).toEqual([])
    expect(Object.keys(CHECKS)).toHaveLength(13)
  })

  it('of a server says what its user may not do, that it is a standby and how far behind, and who holds it up', () => {
    const sound = {
      ...{ version: '15.18', encoding: 'UTF8', isStandby: false, lag: null, missing: [] },
      ...{ connections: { used: 20, most: 97 }, longest: { who: 'psql process 7', state: 'active', ms: 60_000 } },
    }
    const ofServer = (changes: Partial<ServerFacts>) =>
      found({ engine: 'server', files: [], config: { backup: null }, server: { ...sound, ...changes } })
    expect(ofServer({})).toEqual([])
    expect(ofServer({ missing: ['delete in x_polls', 'insert in x_polls'] })).toEqual([
      'wrong server: its user may not: delete in x_polls, insert in x_polls (/d/minwal.db)',
    ])
    expect(ofServer({ encoding: 'SQL_ASCII' })[0]).toMatch(/^wrong server: the database keeps texts as SQL_ASCII/)
    expect(ofServer({ isStandby: true, lag: 2_000 })[0]).toMatch(/^smell server: it is a standby: it can be read/)
    expect(ofServer({ isStandby: true, lag: 600_000 })[0]).toMatch(/^wrong server: it is a standby, and 10 min behind/)
    expect(ofServer({ connections: { used: 90, most: 97 } })[0]).toMatch(/^smell server: 90 of 97 connections/)
    expect(ofServer({ longest: { ...sound.longest, ms: 1_800_000 } })[0]).toMatch(
      /^smell server: a transaction has been open for 30 min \(psql process 7, active\)/,
    )
  })

  it('of a server speaks of no file, no copy beside it, and no daemon that is to be stopped', () => {
    const config = { ...CONFIG, backup: null, retains: false }
    const text = { compared: true, fault: null, missing: 3, surplus: 0 }
    const broken = [{ says: 'feeds that miscount their reports', ids: [1], counts: 'feed' as const }]
    const of = (store: DoctorFacts['store']): string => {
      const facts = { now: NOW, path: 'postgres://db/news', files: [], users: [], config, store }
      const disk = { free: Number.POSITIVE_INFINITY, network: null }
      return diagnose({ ...facts, disk, engine: 'server' })
        .map(({ what, todo }) => `${what}: ${todo}`)
        .join('\n')
    }
    const said = [{ ...STORE, text, broken }, { ...STORE, schema: STORE.known - 1 }, { unreadable: 'x' }, null].map(of)
    expect(said.join('\n')).not.toMatch(/\bfile\b|after a copy|no daemon|Restore/)
    expect(said[0]).toMatch(/3 reports are missing in it: minwal doctor --fix makes it anew\n/)
    expect(said[1]).toContain('make a copy before, with pg_dump')
    expect(said[3]).toContain('there are no tables of Minwal in it yet')
  })

  it('has what is wrong before what only smells, and each finding says what to do', () => {
    const facts = found({ config: { backup: null }, store: { integrity: ['row 3 missing from index'] } })
    expect(facts.map(line => line.split(' ')[0])).toEqual(['wrong', 'smell'])
    const all = diagnose({
      now: NOW,
      path: '/d/minwal.db',
      files: [
        { ...FILE, mode: 0o666 },
        { ...FILE, path: '/d/minwal.db.key', what: 'key', mode: 0o644 },
      ],
      disk: { free: 0, network: 'NFS' },
      users: [],
      store: {
        ...STORE,
        text: { compared: false, fault: null, missing: 2, surplus: 1 },
        orphans: [{ from: 'credits', to: 'reports', rows: 2 }],
      },
      config: { ...CONFIG, link: 'set it', reachable: false, retains: false },
    })
    expect(all.length).toBeGreaterThan(7)
    for (const { what, subject, todo } of all) {
      expect(what).not.toMatch(/^$|\.$/)
      expect(subject).not.toBe('')
      expect(todo).not.toMatch(/^$|\.$/)
    }
  })

  it('knows a feed that has been dead for a month from one that is slow or new', () => {
    expect(
      found({
        store: {
          feeds: [feed({}), feed({ lastSuccess: NOW - 29 * DAY }), feed({ lastSuccess: null, firstPoll: NOW - DAY })],
        },
      }),
    ).toEqual([])
    expect(found({ store: { feeds: [feed({ lastSuccess: NOW - 40 * DAY, error: 'it answered 404' })] } })).toEqual([
      'smell feeds: the feed of agency has not answered for 40 d: it answered 404 (https://agency.example/rss)',
    ])
    expect(found({ store: { feeds: [feed({ lastSuccess: null })] } })[0]).toContain('has not answered yet')
    expect(found({ store: { feeds: [feed({ retired: true })] } })[0]).toContain('gone for good')
    const many = Array.from({ length: 25 }, (_, id) => feed({ id, lastSuccess: null }))
    expect(found({ store: { feeds: many } })).toHaveLength(11)
  })

  it('blames no feed for the time in which nobody asked', () => {
    const lastPoll = NOW - 1_000 * DAY
    const fresh = feed({ lastSuccess: lastPoll - DAY, firstPoll: lastPoll - 90 * DAY })
    expect(found({ store: { lastPoll, feeds: [fresh] } })).toEqual([
      'smell feeds: nothing was polled for 1000 d (feeds)',
    ])
    const dead = feed({ lastSuccess: lastPoll - 40 * DAY, firstPoll: lastPoll - 90 * DAY })
    expect(found({ store: { lastPoll, feeds: [fresh, dead] } })).toHaveLength(2)
  })

  it('knows polls of a clock that ran ahead', () => {
    expect(found({ store: { lastPoll: NOW + 30_000 } })).toEqual([])
    expect(found({ store: { lastPoll: NOW + 10 * DAY } })[0]).toContain('the last poll was made 10 d from now')
  })

  it('knows a journal that is in use from one that was left, one that grew, and one without its database', () => {
    const wal = (bytes: number): FileFact => ({ ...FILE, path: '/d/minwal.db-wal', what: 'journal', bytes })
    expect(found({ files: [FILE, wal(30 * MB)], users: ['node, process 7'] })).toEqual([])
    expect(found({ files: [FILE, wal(30 * MB)], users: null })).toEqual([])
    expect(found({ files: [FILE, wal(0)] })).toEqual([])
    expect(found({ files: [FILE, wal(30 * MB)] })[0]).toContain('a program that was killed left a journal')
    expect(found({ files: [FILE, wal(500 * MB)], users: ['node, process 7'] })[0]).toContain('5 times as large')
    expect(found({ files: [wal(MB)], store: null })[0]).toContain('a journal without its database')
  })

  it('knows too little room, backups that are late, and a folder that others may write', () => {
    expect(found({ disk: { free: 50 * MB, network: null } })[0]).toMatch(/^wrong disk space/)
    expect(found({ store: { bytes: 9_900 * MB } })[0]).toMatch(/^smell disk space/)
    expect(found({ config: { backup: { every: DAY, newest: NOW - 3 * DAY, fault: null } } })[0]).toMatch(
      /^wrong backups: the newest backup is 3 d old/,
    )
    expect(found({ config: { backup: { every: DAY, newest: null, fault: null } } })[0]).toContain(
      'there is no backup yet',
    )
    const folder = (mode: number): FileFact => ({ ...FILE, path: '/d', what: 'folder', mode })
    expect(found({ files: [folder(0o755)] })).toEqual([])
    expect(found({ files: [folder(0o1777)] })).toEqual([])
    expect(found({ files: [folder(0o777)] })[0]).toMatch(/^wrong permissions: others may put another file/)
  })

  it('looks at nothing in the tables of a database of another version, and says so', () => {
    expect(found({ store: { schema: 5, text: { compared: false, fault: null, missing: 9, surplus: 0 } } })).toEqual([
      'smell database: it is of an older version (schema 5, this Minwal writes 7), and its tables were not looked at (/d/minwal.db)',
    ])
    expect(found({ store: { schema: 9 } })[0]).toMatch(/^wrong database: it was written by a newer Minwal/)
    expect(found({ store: { ours: false } })[0]).toMatch(/^wrong database: it is the database of another program/)
  })
})
