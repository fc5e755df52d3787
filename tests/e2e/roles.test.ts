// Several processes on one PostgreSQL database: who collects, who files, who serves. Of PostgreSQL alone.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Fetcher } from '../../src/collect/net/fetch.ts'
import { Desk } from '../../src/desk/desk.ts'
import { silent } from '../../src/log.ts'
import { gated } from '../../src/run/roles/gate.ts'
import { Heads } from '../../src/run/roles/heads.ts'
import { toldOfNews } from '../../src/run/roles/news.ts'
import { Calls } from '../../src/store/postgres/calls.ts'
import { HostTurns } from '../../src/store/postgres/hosts.ts'
import { type Ended, minwal, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import type { Logged } from '../helpers/daemon.ts'
import { embeddingsServer } from '../helpers/embeddings.ts'
import { newSchema } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { type FeedServer, feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { lineTo } from '../helpers/line.ts'
import { pollSettings } from '../helpers/poll-settings.ts'
import { HAS_POSTGRES } from '../helpers/postgres.ts'
import { rowsIn } from '../helpers/rows.ts'
import { fileInto, FEEDS as NEWS, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

/** `npm run test:postgres` takes what waits for timeouts. */
const WHOLE = process.env['ALL_ENGINES'] !== undefined

const FEEDS = 6
const ENTRIES = 4

const news = (feed: number): string =>
  rss(
    Array.from({ length: ENTRIES }, (_, at) => ({
      guid: `${feed}-${at}`,
      title: `Ferry ${at} of line ${feed} leaves the harbour`,
      text: `Line ${feed} has a boat with the number ${at}, and it carries ${feed * 100 + at} people to the island.`,
    })),
  )

interface Process {
  log(): Logged[]
  readonly health: string
  said(): string
  hasEnded(): boolean
  kill(signal: NodeJS.Signals): Promise<Ended>
  ended: Promise<Ended>
}

/** A process of a role. */
function launch(role: string, config: string): Process {
  const running = start(['run', '--config', config, '--role', role])
  onTestFinished(() => void running.child.kill('SIGKILL'))
  const log = (): Logged[] =>
    running
      .stderr()
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Logged)
  return {
    log,
    /** Where it tells how it stands, once it listens there. */
    get health() {
      return String(log().find(({ msg }) => msg === 'metrics are served')?.['address'] ?? '')
    },
    said: running.stderr,
    hasEnded: () => running.child.exitCode !== null,
    ended: running.ended,
    kill: signal => {
      running.child.kill(signal)
      return running.ended
    },
  }
}

/** A process of a role, which has begun: it has started, or stands by. */
async function begin(role: string, config: string): Promise<Process & { address: string }> {
  const process = launch(role, config)
  const begun = (): Logged | undefined =>
    process.log().find(({ msg }) => msg === 'started' || msg.includes('stands by'))
  await eventually(`${role} has begun`, () => process.hasEnded() || begun() !== undefined)
  if (process.hasEnded()) throw new Error(process.said())
  return Object.assign(process, { address: String(begun()?.['address'] ?? '') })
}

/** What it answers when asked how it stands; 0 and why where it does not answer. */
async function healthOf(process: Process, path = '/healthz'): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(`${process.health}${path}`, { signal: AbortSignal.timeout(15_000) })
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    return { status: 0, text: String(error) }
  }
}

interface World {
  server: FeedServer
  config: string
  database: string
  reports(): number
}

async function world(
  poll: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Promise<World> {
  const answers = Object.fromEntries(Array.from({ length: FEEDS }, (_, feed) => [`/feed/${feed}`, news(feed)]))
  const server = await feedServer(answers)
  const database = newSchema()
  const addresses = Object.keys(answers).map(path => `${server.origin}${path}`)
  const { config } = configure(folder(), agenciesOf(addresses), {
    ...{ database, link: 'https://news.example', poll },
    ...{ metrics: { listen: '127.0.0.1:0' }, ...more },
  })
  const reports = (): number => Number(rowsIn(database, 'select count(*) as n from report')[0]?.['n'])
  return { server, config, database, reports }
}

/** The same configuration with another database. */
function withDatabase(config: string, database: string): string {
  const file = join(folder(), 'config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(config, 'utf8')), database }))
  return file
}

const ALL = FEEDS * ENTRIES
const isIn = (process: Process, msg: string): boolean => process.log().some(line => line.msg === msg)

describe.skipIf(!HAS_POSTGRES)('roles', () => {
  it('share the work: one collects, one files, one serves what is on file', async () => {
    const { server, config, database, reports } = await world()
    const desk = await begin('desk', config)
    const collector = await begin('collect', config)
    const publisher = await begin('publish', config)
    await eventually('all is filed', () => reports() === ALL)
    const feed = await fetch(`${publisher.address}/feed.json`)
    expect(((await feed.json()) as { items: unknown[] }).items).toHaveLength(ALL)
    expect((await fetch(`${publisher.address}/`)).status).toBe(200)
    // Each feed was asked once, by the collector, which hears what became of it.
    expect(server.requests.toSorted()).toEqual(Array.from({ length: FEEDS }, (_, at) => `/feed/${at}`))
    await eventually(
      'the collector heard',
      () => collector.log().filter(({ msg }) => msg === 'polled').length === FEEDS,
    )
    await eventually('no call is left', () => rowsIn(database, 'select 1 as one from x_calls').length === 0)
    for (const process of [publisher, collector, desk]) expect(await process.kill('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('go on when those that file and collect are killed: what was asked and read is filed once, by the next', async () => {
    const { config, database, reports } = await world()
    const first = await begin('desk', config)
    const second = await begin('desk', config)
    expect(isIn(second, 'another desk files: this one stands by')).toBe(true)
    const jobs = (): number => Number(rowsIn(database, `select count(*) as n from ${jobsOf(database)}`)[0]?.['n'])
    await eventually('polls are asked for', () => jobs() === FEEDS)
    await first.kill('SIGKILL')
    const collector = await begin('collect', config)
    await eventually('the second files', () => isIn(second, 'started'))
    await eventually('all is filed', () => reports() === ALL)
    await collector.kill('SIGKILL')
    const rows = rowsIn(database, 'select feed, guid, count(*) as n from report group by feed, guid')
    expect(rows).toHaveLength(ALL)
    expect(rows.every(({ n }) => n === 1)).toBe(true)
    expect(await second.kill('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('end a desk whose place another has taken, which says so', async () => {
    const { config, database } = await world({ tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' })
    const first = await begin('desk', config)
    const second = await begin('desk', config)
    const collector = await begin('collect', config)
    await eventually('it files', () => isIn(collector, 'polled'))
    // It stands still, and its connection is lost meanwhile.
    void first.kill('SIGSTOP')
    rowsIn(
      database,
      `select pg_terminate_backend(l.pid) as done from pg_locks l where l.locktype = 'advisory' and l.granted
         and l.classid = ${0x4d4e574d} and l.objid = hashtext(current_schema())::bigint & 4294967295`,
    )
    await eventually('the other files', () => isIn(second, 'started'))
    void first.kill('SIGCONT')
    expect(await first.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^minwal: another desk files into .* by now: /m),
    })
  })

  it('give stories their vectors at the desk, whoever read them', async () => {
    const embeddings = await embeddingsServer()
    const server = await feedServer({ '/feed': news(0) })
    const database = newSchema()
    const threads = { encoder: { url: embeddings.url, model: 'tiny' } }
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), { database, threads })
    const desk = await begin('desk', config)
    // It has looked for stories without vectors, and found none.
    await eventually('the encoder is tried', () => embeddings.asked.length > 0)
    const collector = await begin('collect', config)
    await eventually('all have one', () => embeddings.texts().length === ENTRIES)
    for (const process of [collector, desk]) {
      expect(process.log().filter(({ level }) => level >= 40)).toEqual([])
      expect(await process.kill('SIGTERM')).toMatchObject({ code: 0 })
    }
  })

  it('leave a desk that waits to be stopped', async () => {
    const { config } = await world()
    const first = await begin('desk', config)
    const second = await begin('desk', config)
    expect(await second.kill('SIGTERM')).toMatchObject({ code: 0 })
    expect(await first.kill('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('are refused with a file, and a second daemon that does all is refused beside a desk, each in a line', async () => {
    const { config, server } = await world()
    const file = configure(folder(), agenciesOf([`${server.origin}/feed/0`]), { database: 'minwal.db' })
    expect(await minwal(['run', '--role', 'collect', '--config', file.config])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^minwal: --role collect shares work through a PostgreSQL database, .*\n$/),
    })
    await begin('desk', config)
    expect(await minwal(['run', '--config', config])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^minwal: another Minwal files into postgres:\/\/[^:]*@?[^ ]*: stop it first, .*\n$/,
      ),
    })
    expect(await minwal(['run', '--role', 'chief', '--config', config])).toMatchObject({ code: 2 })
  })
})

describe.skipIf(!HAS_POSTGRES)('roles that begin before what they need', () => {
  it('wait for a desk to prepare the database, say so, and go on', async () => {
    const { config, reports } = await world()
    const collector = launch('collect', config)
    const publisher = launch('publish', config)
    const others = [collector, publisher]
    for (const process of others) {
      await eventually('it answers that it waits', async () => (await healthOf(process)).status === 503)
      expect((await healthOf(process)).text).toMatch(/^waiting for a desk: there are no tables in \S+ yet: /)
      expect((await healthOf(process, '/metrics')).text).toContain('\nminwal_standing_by 1\n')
    }
    const desk = await begin('desk', config)
    await eventually('all is filed', () => reports() === ALL)
    await eventually('the publisher has begun', () => isIn(publisher, 'started'))
    const address = publisher.log().find(({ msg }) => msg === 'started')?.['address']
    expect(((await (await fetch(`${address}/feed.json`)).json()) as { items: unknown[] }).items).toHaveLength(ALL)
    for (const process of others) {
      const told = process.log().filter(({ msg }) => msg === 'waiting for a desk to prepare the database')
      expect(told).toHaveLength(1)
    }
    for (const [process, does] of [
      [desk, /^files: last call answered \d+ s ago, the database answered \d+ s ago; last look for due feeds/],
      [collector, /^collects: last polls taken \d+ s ago, the database answered \d+ s ago\n$/],
      [publisher, /^serves what others file: the database answered \d+ s ago\n$/],
    ] as const) {
      for (const path of ['/healthz', '/readyz']) {
        await eventually(`${path} is 200`, async () => (await healthOf(process, path)).status === 200)
        expect((await healthOf(process, path)).text).toMatch(does)
      }
    }
    const next = await begin('desk', config)
    await eventually('it listens', () => next.health !== '')
    expect(await healthOf(next)).toEqual({ status: 200, text: 'standing by: another desk files\n' })
    for (const process of [next, ...others, desk]) expect(await process.kill('SIGTERM')).toMatchObject({ code: 0 })
  })

  it.skipIf(!WHOLE)('wait for a server that cannot be reached, and say so', async () => {
    const { config, database, reports } = await world()
    const line = await lineTo(database)
    line.cut()
    const processes = ['desk', 'collect', 'publish'].map(role => launch(role, withDatabase(config, line.url)))
    for (const process of processes) {
      await eventually('it answers that it waits', async () => (await healthOf(process)).status === 503)
      const { text } = await healthOf(process)
      expect(text).toMatch(/^waiting for the database: cannot reach the database /)
      expect(text).not.toContain(new URL(database).password)
    }
    line.mend()
    for (const process of processes) await eventually('it has begun', () => isIn(process, 'started'))
    await eventually('all is filed', () => reports() === ALL)
    const waiting = launch('collect', withDatabase(config, database.replace(/:\d+\//, ':9/')))
    await eventually('it waits', () => isIn(waiting, 'the database cannot be reached: it is tried again'))
    for (const process of [waiting, ...processes]) expect(await process.kill('SIGTERM')).toMatchObject({ code: 0 })
  })

  it('end where the server refuses them, with the exit code of a wrong configuration', async () => {
    const { config, database } = await world()
    const wrong = new URL(database)
    wrong.password = 'not-it'
    for (const [url, says] of [
      [wrong.href, /^minwal: postgres:\S+ refuses the login .*: check user, password and pg_hba\.conf$/m],
      [database.replace(/\/postgres\b/, '/none'), /^minwal: there is no database postgres:\S+\/none: create it/m],
    ] as const) {
      const refused = await launch('collect', withDatabase(config, url)).ended
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(says) })
    }
  })
})

describe.skipIf(!HAS_POSTGRES)('roles that are cut off from the database', () => {
  it.skipIf(!WHOLE)(
    'answer pages from what is ready, or say that they cannot, and go on by themselves when the network is back',
    async () => {
      const every = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }
      const { server, config, database, reports } = await world(every)
      const lines = await Promise.all(['desk', 'collect', 'publish'].map(() => lineTo(database)))
      const [desk, collector, publisher] = await Promise.all(
        ['desk', 'collect', 'publish'].map((role, at) => begin(role, withDatabase(config, lines[at]?.url ?? ''))),
      )
      if (desk === undefined || collector === undefined || publisher === undefined) throw new Error('nothing has begun')
      await eventually('all is filed', () => reports() === ALL)
      const page = async (path: string): Promise<number> =>
        (await fetch(publisher.address + path, { signal: AbortSignal.timeout(60_000) })).status
      const version = async () => (await fetch(`${publisher.address}/feed.json`)).headers.get('etag')
      expect(await page('/feed.json')).toBe(200)
      const known = await version()
      for (const line of lines) line.cut()
      // What nobody has asked for yet is to be read.
      const took: number[] = []
      for (const at of [1, 2, 3]) {
        const began = performance.now()
        const answer = await fetch(`${publisher.address}/search?q=ferry+${at}`, { signal: AbortSignal.timeout(60_000) })
        took.push(performance.now() - began)
        expect(answer.status).toBe(503)
        expect(answer.headers.get('retry-after')).toBe('5')
        expect(await answer.text()).toBe('The database cannot be reached just now. Ask again in 5 seconds.\n')
      }
      // Far less than any timeout of the network, on however slow a machine.
      expect(Math.max(...took)).toBeLessThan(45_000)
      expect(known).toBe(await version())
      for (const process of [desk, collector, publisher]) {
        await eventually('it says so', async () => (await healthOf(process)).status === 503)
        expect((await healthOf(process)).text).toMatch(/nothing has been stored for .*: cannot reach the database/)
      }
      const asked = server.requests.length
      for (const line of lines) line.mend()
      await eventually('pages are made', async () => (await page('/search?q=ferry')) === 200)
      for (const process of [desk, collector, publisher]) {
        await eventually('it is well', async () => (await healthOf(process)).status === 200)
      }
      await eventually('feeds are polled', () => server.requests.length > asked + FEEDS)
      for (const process of [publisher, collector, desk]) {
        expect(process.said()).not.toMatch(/could not be stored|fault in Minwal|^\w*Error\b/m)
        expect(await process.kill('SIGTERM')).toMatchObject({ code: 0 })
      }
    },
  )
})

/** The table of jobs of a schema. */
function jobsOf(database: string): string {
  const schema = String(rowsIn(database, 'select current_schema() as name')[0]?.['name'])
  return `${schema}_jobs.job where name = 'poll'`
}

describe.skipIf(!HAS_POSTGRES)('the version that a publisher compares', () => {
  it('is asked for once while nothing changes, and is another when news is on file', async () => {
    const database = newSchema()
    const store = openNewsroom({ path: database })
    const calls = new Calls(database, () => {})
    onTestFinished(async () => {
      await calls.close()
      store.close()
    })
    let asked = 0
    const version = (): number => {
      asked++
      return store.version()
    }
    let isHeard = false
    const told = toldOfNews(
      { ...store, version },
      {
        listen: heard =>
          calls.listen(said => {
            heard(said)
            if (said === 'news') isHeard = true
          }),
      },
    )
    const desk = new Desk(store, SETTINGS)
    const file = (number: number): void => {
      fileInto(
        desk,
        store,
        NEWS[0] ?? '',
        [{ id: `${number}`, title: `Item ${number}`, text: 'A boat.' }],
        NOW + number,
      )
    }
    // The connection that listens may come a moment later.
    let number = 0
    await eventually('the publisher is told', () => {
      file(number++)
      return isHeard
    })
    const before = told.version()
    expect(before).toBe(store.version())
    asked = 0
    for (let times = 0; times < 100; times++) expect(told.version()).toBe(before)
    expect(asked).toBeLessThan(5)
    file(number)
    await eventually('it is another', () => told.version() > before)
  })
})

describe.skipIf(!HAS_POSTGRES)('turns at a host', () => {
  it('lie apart by its delay, whoever takes them at once; how it refused is known to all', async () => {
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const machines = [1, 2, 3].map(() => new Calls(database, () => {}))
    onTestFinished(async () => {
      for (const calls of machines) await calls.close()
    })
    const turns = machines.map(calls => new HostTurns(calls))
    const DELAY = 60
    const taken = async (at: number): Promise<number> => {
      for (;;) {
        const turn = await turns[at % turns.length]?.take('wire.example', DELAY)
        if (turn?.wait === 0) return turn.now
        await pause(turn?.wait ?? 0)
      }
    }
    const starts = (await Promise.all(Array.from({ length: 12 }, (_, at) => taken(at)))).sort((a, b) => a - b)
    // Each is said a moment after it was taken.
    for (let at = 2; at < starts.length; at++) {
      expect((starts[at] ?? 0) - (starts[at - 2] ?? 0)).toBeGreaterThan(DELAY)
    }
    const other = await turns[0]?.take('other.example', 500)
    expect(other?.wait).toBe(0)
    await turns[0]?.keep('wire.example', '{"strikes":1}')
    expect((await turns[1]?.take('wire.example', 0))?.pace).toBe('{"strikes":1}')
    expect([...((await turns[2]?.refusing())?.paces ?? [])]).toEqual([['wire.example', '{"strikes":1}']])
  })

  it('are not waited for by a clock that was set back', async () => {
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const calls = new Calls(database, () => {})
    onTestFinished(() => calls.close())
    const turns = new HostTurns(calls)
    expect((await turns.take('wire.example', 600_000)).wait).toBe(0)
    expect((await turns.take('wire.example', 600_000)).wait).toBeGreaterThan(300_000)
    // As though the clock had been an hour ahead when the host was asked.
    await calls.query('update x_hosts set ready = ready + 3600000')
    expect((await turns.take('wire.example', 600_000)).wait).toBe(0)
    expect((await turns.take('wire.example', 600_000)).wait).toBeGreaterThan(300_000)
  })

  it('are taken no sooner for an answer that began while they were waited for', async () => {
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const calls = new Calls(database, () => {})
    onTestFinished(() => calls.close())
    const heads = new Heads()
    const DELAY = 400
    let seen = 0
    const fetcher: Fetcher = {
      get: async () => {
        seen = performance.now()
        return { kind: 'failed', failure: { kind: 'http', message: '', status: 404, retryAt: null }, ms: 0 }
      },
      post: () => Promise.reject(new Error('nothing is sent')),
      close: async () => {},
    }
    const settings = pollSettings({ hostDelay: DELAY })
    const { signal } = new AbortController()
    const { get } = gated(fetcher, { turns: new HostTurns(calls), heads, records: true, settings, log: silent, signal })
    const request = { validators: { etag: null, lastModified: null }, headers: {}, allowPrivate: false }
    heads.came('wire.example', DELAY)
    const got = get({ ...request, url: 'http://wire.example/feed', now: Date.now() })
    await pause(DELAY / 2)
    // Another request, which is on its way beside, is answered.
    heads.came('wire.example', DELAY)
    const came = performance.now()
    await got
    expect(seen - came).toBeGreaterThanOrEqual(DELAY - 1)
  })

  it('lie apart as the host sees them, however late requests are on their way, where it is asked one after the other', async () => {
    const database = newSchema()
    openNewsroom({ path: database }).close()
    const DELAY = 100
    const settings = pollSettings({ hostDelay: DELAY })
    const { signal } = new AbortController()
    const seen: number[] = []
    const machines = [1, 2].map(() => {
      const calls = new Calls(database, () => {})
      onTestFinished(() => calls.close())
      const heads = new Heads()
      const fetcher: Fetcher = {
        get: async ({ url, onHead }) => {
          await pause(Math.random() * 80)
          seen.push(performance.now())
          await pause(Math.random() * 5)
          onHead?.(url)
          return { kind: 'failed', failure: { kind: 'http', message: '', status: 404, retryAt: null }, ms: 0 }
        },
        post: () => Promise.reject(new Error('nothing is sent')),
        close: async () => {},
      }
      const tools = { turns: new HostTurns(calls), heads, records: true, settings, log: silent, signal }
      return { calls, heads, fetcher: gated(fetcher, tools) }
    })
    const call = { caller: 'one', method: 'none', feeds: [], given: new Uint8Array(), readings: null }
    const request = { validators: { etag: null, lastModified: null }, headers: {}, allowPrivate: false }
    for (let times = 0; times < 16; times++) {
      const machine = machines[Math.floor(Math.random() * 2)]
      if (machine === undefined) continue
      await machine.fetcher.get({ ...request, url: 'http://wire.example/feed', now: Date.now() })
      await machine.calls.within(executor => machine.calls.insert(executor, call, machine.heads.take()))
    }
    expect(seen).toHaveLength(16)
    for (let at = 1; at < seen.length; at++) expect((seen[at] ?? 0) - (seen[at - 1] ?? 0)).toBeGreaterThanOrEqual(DELAY)
  })
})
