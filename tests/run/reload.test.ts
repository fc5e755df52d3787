// What a reload of the configuration changes: every key, either in force at once or named as waiting for the next start.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { FetchRequest } from '../../src/collect/net/fetch.ts'
import { parseConfig } from '../../src/config/load.ts'
import { configSchema } from '../../src/config/schema.ts'
import type { LeveledLog } from '../../src/log.ts'
import type { FetchResult } from '../../src/model/collected.ts'
import type { Config, PollSettings } from '../../src/model/config.ts'
import { type Daemon, startDaemon } from '../../src/run/daemon.ts'
import { age } from '../helpers/ageing.ts'
import { ENGINE, newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { openRows } from '../helpers/rows.ts'

const NEVER = '0 0 1 1 *'
/** Loopback hosts are asked without a pause; the fetcher is the test's own, so nothing listens there. */
const FEED = 'http://127.0.0.1:1001/1'
const OFTEN = { minInterval: '1s', maxInterval: '1s' }

interface Room {
  daemon: Daemon
  /** Keys as they are changed: the rest stays. */
  reload(changes: object): void
  said: string[]
  levels: string[]
  /** Settings that each fetcher was made with, the newest last. */
  fetchers: PollSettings[]
  asked: FetchRequest[]
  /** What each address serves. */
  items: Map<string, Item[]>
  /** Answers wait until this is called. */
  hold(): () => void
  page(path: string): Promise<string>
  sql(query: string): unknown[]
  where: string
  database: string
  /** Beside which its own files lie. */
  files: string
}

type Changes = Record<string, unknown> & { poll?: object; feeds?: readonly unknown[] }

async function room(changes: Changes = {}, first: readonly Item[] = []): Promise<Room> {
  const where = folder()
  const database = newDatabase(join(where, 'news.db'))
  const read = ({ poll = {}, feeds = [FEED], ...more }: Changes): Config => {
    const text = JSON.stringify({
      database,
      listen: '127.0.0.1:8080',
      agencies: [{ id: 'agency', name: 'Agency', feeds }],
      ...more,
      poll: { tick: NEVER, ...poll },
    })
    const parsed = parseConfig(text, join(where, 'config.json'), {})
    if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
    return parsed.config
  }
  let config = read(changes)
  const said: string[] = []
  const levels: string[] = []
  const note = (event: string): void => void said.push(event)
  const log: LeveledLog = {
    debug: note,
    info: note,
    warn: note,
    error: (event, fields) => note(`${event} ${JSON.stringify(fields)}`),
    setLevel: level => void levels.push(level),
  }
  const fetchers: PollSettings[] = []
  const asked: FetchRequest[] = []
  const items = new Map<string, Item[]>([[FEED, [...first]]])
  let held: Promise<void> = Promise.resolve()
  const answer = async (request: FetchRequest): Promise<FetchResult> => {
    asked.push(request)
    await held
    const body = Buffer.from(rss(items.get(request.url) ?? []))
    return {
      kind: 'body',
      status: 200,
      url: request.url,
      movedTo: null,
      gap: null,
      isPrivate: true,
      body,
      hash: `${asked.length}`,
      contentType: 'application/rss+xml',
      validators: { etag: null, lastModified: null },
      hub: null,
      self: null,
      maxAge: null,
      retryAt: null,
      wireBytes: body.length,
      ms: 1,
    }
  }
  const started = await startDaemon({
    // A port of the system's choice, whatever the configuration says.
    config: { ...config, listen: { ...config.listen, port: 0 } },
    log,
    version: '0',
    reload: {
      file: join(where, 'none.json'),
      load: () => ({ ok: true, config: { ...config, listen: { ...config.listen, port: config.listen.port % 8080 } } }),
    },
    fetcher: settings => {
      fetchers.push(settings)
      return { get: answer, post: () => Promise.reject(new Error('no hub')), close: () => Promise.resolve() }
    },
  })
  if (!started.ok) throw new Error(started.reason)
  const daemon = started.value
  onTestFinished(() => daemon.stop())
  return {
    daemon,
    reload: more => {
      config = read({ ...changes, ...more, poll: { ...changes.poll, ...(more as Changes).poll } })
      daemon.reload()
    },
    said,
    levels,
    fetchers,
    asked,
    items,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      onTestFinished(() => resolve())
      return resolve
    },
    page: async path => (await fetch(daemon.address + path)).text(),
    sql: query => {
      const db = openRows(database)
      try {
        return db.prepare(query).pluck().all()
      } finally {
        db.close()
      }
    },
    where,
    database,
    files: config.files,
  }
}

/** Look for due feeds again and again until it holds. */
const looking = (here: Room, what: string, holds: () => boolean) =>
  eventually(
    what,
    async () => {
      await here.daemon.tick()
      return holds()
    },
    10_000,
  )
const reports = (here: Room) => Number(here.sql('select count(*) from report')[0])

const reloaded = ({ said }: Room) => eventually('reloaded', () => said.includes('configuration reloaded'))
const item = (guid: string, text: string, ago = 60_000): Item => ({
  guid,
  title: text.split('.')[0] ?? guid,
  text,
  date: new Date(Date.now() - ago).toISOString(),
})

/** Settings that only fetching reads: the new ones are what the new fetcher is made with. */
const fetching = (key: keyof PollSettings, value: unknown) => async (): Promise<void> => {
  const here = await room()
  here.reload({ poll: { [key]: value } })
  await reloaded(here)
  expect(here.fetchers).toHaveLength(2)
  expect(here.fetchers[1]?.[key]).not.toEqual(here.fetchers[0]?.[key])
}

/** How many of these feeds are being fetched after a reload when none of them answers. */
const underWay = async (here: Room, poll: object): Promise<number> => {
  here.hold()
  here.reload({ poll })
  await reloaded(here)
  await eventually('the look for due feeds', () => here.asked.length > 0)
  return here.asked.length
}

/** Says that it takes effect later. */
const named = (key: string, value: unknown) => async (): Promise<void> => {
  const here = await room()
  here.reload({ [key]: value })
  await reloaded(here)
  expect(here.said).toContain(`"${key}" takes effect at the next start`)
}

const SEVERAL = [1001, 1002, 1003, 1004].map(port => `http://127.0.0.1:${port}/1`)
const ONE_HOST = [1, 2, 3].map(feed => `http://127.0.0.1:1001/${feed}`)

const interval = async (first: object, second: object): Promise<string[]> => {
  const here = await room({ poll: first })
  await here.daemon.tick()
  const reason = () => String(here.sql('select reason from feed')[0])
  const before = reason()
  here.reload({ poll: second })
  await reloaded(here)
  // Any other feed would do as well: this one is polled because it was put off for longer than may be now.
  await eventually('polled again', () => here.asked.length > 1)
  await eventually('another reason', () => reason() !== before)
  return [before, reason()]
}

const copiesIn = ({ where }: Room, name: string): string[] =>
  existsSync(join(where, name))
    ? readdirSync(join(where, name))
        .filter(file => file.endsWith('.db'))
        .sort()
    : []

/** A daemon that has made a backup; copies of it lie in the folder `others` under these names. */
const copied = async (...names: string[]): Promise<Room> => {
  const here = await room({ backup: { to: 'copies' } })
  await eventually('the first is made', () => copiesIn(here, 'copies').length === 1)
  mkdirSync(join(here.where, 'others'))
  const [made = ''] = copiesIn(here, 'copies')
  for (const name of names) copyFileSync(join(here.where, 'copies', made), join(here.where, 'others', name))
  return here
}

const KEYS: Record<string, () => Promise<void>> = {
  title: async () => {
    const here = await room({ title: 'Old' })
    here.reload({ title: 'Novel' })
    await reloaded(here)
    expect(await here.page('/')).toContain('Novel')
  },
  link: async () => {
    const here = await room({ link: 'https://old.example' })
    here.reload({ link: 'https://novel.example' })
    await reloaded(here)
    expect(await here.page('/feed.atom')).toContain('https://novel.example/')
  },
  language: async () => {
    const here = await room()
    here.reload({ language: 'ar' })
    await reloaded(here)
    expect(await here.page('/')).toContain('<html lang="ar"')
  },
  timeZone: async () => {
    const here = await room({ timeZone: 'Asia/Riyadh' }, [item('1', 'Boats sail again.')])
    await here.daemon.tick()
    const before = await here.page('/feeds')
    here.reload({ timeZone: 'America/Lima' })
    await reloaded(here)
    // A page that was asked for is given once more while it is made anew.
    await eventually('the page is in the new zone', async () => (await here.page('/feeds')) !== before)
  },
  database: named('database', 'other.db'),
  listen: named('listen', '127.0.0.1:8081'),
  'poll.tick': async () => {
    const here = await room()
    await here.daemon.tick()
    const before = here.asked.length
    here.reload({ poll: { tick: '* * * * * *', ...OFTEN } })
    await eventually('it looks every second', () => here.asked.length >= before + 3)
  },
  'poll.concurrency': async () => {
    const here = await room({ feeds: SEVERAL, poll: { concurrency: 1 } })
    await here.daemon.tick()
    here.asked.length = 0
    expect(await underWay(here, { concurrency: 3, ...OFTEN })).toBe(3)
  },
  'poll.perHost': async () => {
    const poll = { hostDelay: '0s', perHost: 1 }
    const here = await room({ feeds: ONE_HOST, poll })
    await here.daemon.tick()
    here.asked.length = 0
    expect(await underWay(here, { perHost: 3, ...OFTEN })).toBe(3)
  },
  'poll.hostDelay': async () => {
    const here = await room({
      feeds: ['https://a.example/1', 'https://a.example/2'],
      poll: { hostDelay: '10m', perHost: 3 },
    })
    await eventually('the first', () => here.asked.length > 0)
    here.reload({ poll: { hostDelay: '0s' } })
    await eventually('the second', () => here.asked.length >= 2)
  },
  'poll.exclude': fetching('exclude', ['other.example']),
  'poll.minInterval': async () => {
    expect(await interval({ minInterval: '1h' }, { minInterval: '10m', maxInterval: '20m' })).toEqual([
      expect.stringMatching(/^every 2 h/),
      expect.stringMatching(/^every [12]\d min/),
    ])
  },
  'poll.maxInterval': async () => {
    expect(await interval({ minInterval: '1h' }, { minInterval: '1m', maxInterval: '2m' })).toEqual([
      expect.stringMatching(/^every 2 h/),
      expect.stringMatching(/^every (?:\d+ s|2 min)/),
    ])
  },
  'poll.connectTimeout': fetching('connectTimeout', '3s'),
  'poll.responseTimeout': fetching('responseTimeout', '3s'),
  'poll.totalTimeout': fetching('totalTimeout', '3s'),
  'poll.maxWireBytes': fetching('maxWireBytes', '3KB'),
  'poll.maxBodyBytes': fetching('maxBodyBytes', '3KB'),
  'poll.maxRedirects': fetching('maxRedirects', 3),
  'poll.maxEntries': async () => {
    const here = await room({ poll: { maxEntries: 1, ...OFTEN } }, [
      item('1', 'Boats sail again.'),
      item('2', 'Olive oil costs more.'),
    ])
    await here.daemon.tick()
    expect(reports(here)).toBe(1)
    here.reload({ poll: { maxEntries: 2 } })
    await looking(here, 'both', () => reports(here) === 2)
  },
  'poll.userAgent': fetching('userAgent', 'Another/1'),
  'poll.websub': fetching('websub', false),
  'poll.pagesPerHost': async () => {
    const numbered = [1, 2, 3].map(n => ({
      ...item(`${n}`, `Boats of line ${n} sail again.`),
      link: `http://127.0.0.1:1001/page/${n}`,
    }))
    const here = await room({ feeds: [{ url: FEED, text: 'page' }], poll: { ...OFTEN, pagesPerHost: 1 } }, numbered)
    const pages = (): number => here.asked.filter(({ url }) => url.includes('/page/')).length
    await looking(here, 'a page is asked for', () => pages() > 0)
    await here.daemon.tick()
    expect(pages()).toBe(1)
    here.reload({ poll: { pagesPerHost: 3 } })
    await reloaded(here)
    await looking(here, 'more are asked for', () => pages() > 1)
  },
  'poll.allowPrivate': async () => {
    const here = await room({ poll: OFTEN })
    await here.daemon.tick()
    here.reload({ poll: { allowPrivate: true } })
    await reloaded(here)
    await looking(here, 'asked again', () => here.asked.at(-1)?.allowPrivate === true)
    expect(here.asked[0]?.allowPrivate).toBe(false)
  },
  'threads.threshold': async () => {
    const here = await room({ threads: { threshold: 0.2 }, poll: OFTEN }, [
      item('1', 'Boats sail again between the islands of the north.'),
    ])
    await here.daemon.tick()
    here.items.set(FEED, [item('2', 'Boats of the northern islands carry more olive oil.')])
    here.reload({ threads: { threshold: 0.7 } })
    await reloaded(here)
    await looking(here, 'the second', () => reports(here) === 2)
    const thresholds = here
      .sql('select placement from story order by id')
      .map(placement => (JSON.parse(String(placement)) as { threshold: number }).threshold)
    expect(thresholds).toEqual([0.2, 0.7])
  },
  'threads.window': async () => {
    const text = 'The dam above Hadera gave way, and the valley of the Orle was flooded up to the mill.'
    const here = await room({ threads: { threshold: 0.1, window: '1h' }, poll: OFTEN }, [
      item('1', `${text} Nobody was hurt.`, 30 * 3_600_000),
    ])
    await here.daemon.tick()
    here.items.set(FEED, [item('2', `Repairs begin. ${text.replace('gave way', 'broke')} Six engineers came.`)])
    here.reload({ threads: { threshold: 0.1, window: '20d' } })
    await reloaded(here)
    await looking(here, 'the second', () => reports(here) === 2)
    // Within an hour the first would be forgotten.
    expect(here.sql('select count(distinct thread) from story')).toEqual([1])
  },
  'threads.encoder': async () => {
    const here = await room({ poll: OFTEN }, [item('1', 'Boats sail again.')])
    await here.daemon.tick()
    const mark = join(here.where, 'started')
    const script = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`
    here.reload({ threads: { encoder: [process.execPath, '-e', script] } })
    await reloaded(here)
    await looking(here, 'the program is started', () => existsSync(mark))
  },
  'publish.limit': async () => {
    const here = await room({ publish: { limit: 1 } }, [
      item('1', 'Boats sail again.'),
      item('2', 'Olive oil costs more, sugar less.'),
    ])
    await here.daemon.tick()
    const entries = async () => (await here.page('/feed.atom')).split(/<entry[ >]/).length - 1
    expect(await entries()).toBe(1)
    here.reload({ publish: { limit: 2 } })
    await reloaded(here)
    expect(await entries()).toBe(2)
  },
  'publish.hub': async () => {
    const here = await room({ publish: { hub: 'http://127.0.0.1:9/old' } })
    here.reload({ publish: { hub: 'http://127.0.0.1:9/novel' } })
    await reloaded(here)
    expect(await here.page('/feed.atom')).toContain('<link rel="hub" href="http://127.0.0.1:9/novel"')
  },
  'publish.frontPage': async () => {
    const here = await room({ publish: { frontPage: '1h' } }, [
      item('1', 'Boats sail again.', 5 * 3_600_000),
      item('2', 'Olive oil costs more, sugar less.'),
    ])
    await here.daemon.tick()
    expect((await here.page('/')).includes('Boats sail again')).toBe(false)
    here.reload({ publish: { frontPage: '9h' } })
    await reloaded(here)
    expect((await here.page('/')).includes('Boats sail again')).toBe(true)
  },
  'backup.to': async () => {
    const here = await room()
    here.reload({ backup: { to: 'copies' } })
    await eventually('a copy is made', () => copiesIn(here, 'copies').length === 1)
  },
  'backup.every': async () => {
    const here = await copied('news-20260101T000000Z.db')
    here.reload({ backup: { to: 'others', every: '1h' } })
    await eventually('another is made', () => copiesIn(here, 'others').length === 2)
  },
  'backup.keep': async () => {
    const here = await copied('news-20200101T000000Z.db', 'news-20210101T000000Z.db')
    here.reload({ backup: { to: 'others', keep: 2 } })
    await eventually(
      'one is made, and one goes',
      () => {
        const [first, ...rest] = copiesIn(here, 'others')
        return first === 'news-20210101T000000Z.db' && rest.length === 1
      },
      60_000,
    )
  },
  'backup.beforeUpgrade': async () => {
    const here = await room()
    here.reload({ backup: { beforeUpgrade: false } })
    await reloaded(here)
    expect(here.said).toContain('"backup.beforeUpgrade" takes effect at the next start')
  },
  'metrics.listen': async () => {
    const here = await room()
    here.reload({ metrics: { listen: '127.0.0.1:0' } })
    await reloaded(here)
    expect(here.said).toContain('"metrics" takes effect at the next start')
  },
  notify: async () => {
    const here = await room({ poll: OFTEN }, [item('1', 'Boats sail again.')])
    await here.daemon.tick()
    const told = join(here.where, 'told')
    here.reload({ notify: [{ name: 'oil', query: 'olive', command: ['sh', '-c', `cat >> '${told}'`] }] })
    await reloaded(here)
    await here.daemon.tick()
    here.items.set(FEED, [item('2', 'Olive oil costs more, sugar less.')])
    await looking(here, 'it is told', () => existsSync(told) && readFileSync(told, 'utf8').includes('"rule":"oil"'))
  },
  'retain.reports': async () => {
    const here = await room({ poll: OFTEN }, [item('1', 'Boats sail again.')])
    await here.daemon.tick()
    here.items.set(FEED, [item('2', 'Olive oil costs more, sugar less.')])
    await looking(here, 'the second', () => reports(here) === 2)
    age(here.database, 200, ['1'])
    here.reload({ retain: { reports: '300d' } })
    await reloaded(here)
    await here.daemon.tick()
    expect(reports(here)).toBe(2)
    here.said.length = 0
    here.reload({ retain: { reports: '100d' } })
    await reloaded(here)
    await looking(here, 'the first is gone', () => reports(here) === 1)
    await looking(here, 'it says so', () => here.said.includes('old news was pruned'))
  },
  'retain.revisions': async () => {
    const here = await room({ poll: OFTEN }, [item('1', 'Boats sail again.'), item('2', 'The museum opens late.')])
    await here.daemon.tick()
    here.items.set(FEED, [item('1', 'Boats sail again. Twelve of them carry olive oil.')])
    const texts = () => Number(here.sql('select count(*) from revision')[0])
    await looking(here, 'the changed text', () => texts() === 3)
    age(here.database, 200, ['1'])
    here.reload({ retain: { revisions: '100d' } })
    await reloaded(here)
    await looking(here, 'the first text is gone', () => texts() === 2)
    expect(here.sql(`select text from report where guid = '1'`)).toEqual([
      'Boats sail again. Twelve of them carry olive oil.',
    ])
  },
  'retain.polls': async () => {
    const here = await room()
    await here.daemon.tick()
    const db = openRows(here.database, { readonly: false })
    const at = Date.now() - 20 * 86_400_000
    db.exec(`insert into x_polls (feed, at, ms, status, entries, new, revision, copy, unchanged, rejected)
      values (1, ${at}, 0, 'unchanged', 0, 0, 0, 0, 0, 0)`)
    db.close()
    here.reload({ retain: { polls: '10d' } })
    await reloaded(here)
    await looking(here, 'the old visit is gone', () => here.sql(`select 1 from poll where at = ${at}`).length === 0)
  },
  'retain.size': async () => {
    const here = await room({ poll: OFTEN }, [
      item('1', `Boats sail again. ${'Olive oil, sugar, salt and rope. '.repeat(30_000)}`),
      item('2', `Snow closes the pass. ${'Nobody came through, and nobody left. '.repeat(30_000)}`),
    ])
    await here.daemon.tick()
    here.items.set(FEED, [item('3', 'The museum opens late.')])
    await looking(here, 'the last', () => reports(here) === 3)
    age(here.database, 200, ['1'])
    here.reload({ retain: { size: '1MB' } })
    await reloaded(here)
    await looking(here, 'the oldest is gone', () => reports(here) === 2)
    // The second is too young to go.
    await looking(here, 'it says so', () => here.said.includes('the database is larger than it may be'))
    expect(await here.page('/feeds')).toContain('retain.size is 1 MB')
    expect(await here.page('/healthz')).toContain('retain.size is 1 MB')
  },
  'keep.bodies': async () => {
    const here = await room({ poll: OFTEN })
    await here.daemon.tick()
    const kept = `${here.files}.bodies`
    expect(existsSync(kept)).toBe(false)
    here.reload({ keep: { bodies: '1h' } })
    await reloaded(here)
    here.items.set(FEED, [item('5', 'The museum opens late.')])
    await looking(here, 'a document is kept', () => existsSync(kept))
  },
  'log.level': async () => {
    const here = await room()
    here.reload({ log: { level: 'debug' } })
    await reloaded(here)
    expect(here.levels).toEqual(['debug'])
  },
  agencies: async () => {
    const here = await room()
    here.reload({
      agencies: [{ id: 'agency', name: 'Renamed', feeds: [FEED, { url: 'http://127.0.0.1:1002/2', every: '9h' }] }],
    })
    await eventually('the added feed is polled', () => here.asked.some(({ url }) => url === 'http://127.0.0.1:1002/2'))
    await eventually('as it is set', () =>
      here
        .sql(`select reason from feed where url like '%1002%'`)
        .some(reason => String(reason).startsWith('every 9 h')),
    )
    expect(await here.page('/agencies')).toContain('Renamed')
  },
}

/** Names of the keys that hold a value: `poll.tick`, `agencies`. */
function leaves(schema: object, path: string[] = []): string[] {
  const { properties = {} } = schema as { properties?: Record<string, object> }
  return Object.entries(properties).flatMap(([key, inner]) =>
    'properties' in inner ? leaves(inner, [...path, key]) : [[...path, key].join('.')],
  )
}

it('every key of the configuration is looked at here', () => {
  expect(Object.keys(KEYS).sort()).toEqual(
    leaves(configSchema())
      .filter(key => key !== '$schema')
      .sort(),
  )
})

/** Of a database that is a file: with a server's they are refused (tests/e2e/postgres-commands.test.ts). */
const OF_A_FILE = /^(?:backup\.|retain\.size$)/

it.each(Object.entries(KEYS).filter(([key]) => ENGINE === 'sqlite' || !OF_A_FILE.test(key)))(
  'a changed "%s" is in force after a reload, or named as waiting',
  (_, check) => check(),
  // A backup is made by a process of the lowest priority.
  180_000,
)
