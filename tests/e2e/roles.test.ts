// Several processes on one PostgreSQL database: who collects, who files, who serves. Of PostgreSQL alone.
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
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
import { HAS_POSTGRES } from '../helpers/postgres.ts'
import { rowsIn } from '../helpers/rows.ts'
import { fileInto, FEEDS as NEWS, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

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
  kill(signal: NodeJS.Signals): Promise<Ended>
  ended: Promise<Ended>
}

/** A process of a role, which has begun: it has started, or stands by. */
async function begin(role: string, config: string): Promise<Process & { address: string }> {
  const running = start(['run', '--config', config, '--role', role])
  onTestFinished(() => void running.child.kill('SIGKILL'))
  const log = (): Logged[] =>
    running
      .stderr()
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Logged)
  const begun = (): Logged | undefined => log().find(({ msg }) => msg === 'started' || msg.includes('stands by'))
  await eventually(`${role} has begun`, () => running.child.exitCode !== null || begun() !== undefined)
  if (running.child.exitCode !== null) throw new Error(running.stderr())
  return {
    log,
    address: String(begun()?.['address'] ?? ''),
    ended: running.ended,
    kill: signal => {
      running.child.kill(signal)
      return running.ended
    },
  }
}

interface World {
  server: FeedServer
  config: string
  database: string
  reports(): number
}

async function world(poll: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const answers = Object.fromEntries(Array.from({ length: FEEDS }, (_, feed) => [`/feed/${feed}`, news(feed)]))
  const server = await feedServer(answers)
  const database = newSchema()
  const addresses = Object.keys(answers).map(path => `${server.origin}${path}`)
  const { config } = configure(folder(), agenciesOf(addresses), { database, link: 'https://news.example', poll })
  const reports = (): number => Number(rowsIn(database, 'select count(*) as n from report')[0]?.['n'])
  return { server, config, database, reports }
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
})
