// The second engine as a server that ends and comes back, and a daemon over it that is killed. Of PostgreSQL alone.
import { describe, expect, it, onTestFinished } from 'vitest'
import { openReader, openStore, storeTrouble } from '../../src/store/open.ts'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, type Logged, type RunningDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { HAS_POSTGRES, type PostgresServer, startPostgres } from '../helpers/postgres.ts'
import { prose, random } from '../helpers/random.ts'
import { AGENCIES, NOW, openNewsroom } from '../store/newsroom.ts'

/** A server of the test's own, which it may stop. */
async function server(): Promise<PostgresServer> {
  const started = await startPostgres()
  onTestFinished(() => started.remove())
  return started
}

const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s', concurrency: 4 }

/** Feeds, each with so many reports at first and `more` at every visit. */
async function agencies(count: number, first: number, more: number) {
  const next = random(17)
  const server = await feedServer()
  const items = Array.from({ length: count }, (): Item[] => [])
  for (const [feed, own] of items.entries()) {
    const grow = () => own.unshift({ guid: `${feed}-${own.length}`, title: prose(next, 7), text: prose(next, 40) })
    for (let at = 0; at < first; at++) grow()
    server.answers.set(`/${feed}`, (_, response) => {
      for (let at = 0; at < more; at++) grow()
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(own.slice(0, 100)))
    })
  }
  const addresses = items.map((_, feed) => `${server.origin}/${feed}`)
  const keys = () => items.flatMap((own, feed) => own.map(({ guid }) => `${addresses[feed]} ${guid}`))
  return { server, addresses, keys }
}

const logged = (running: RunningDaemon, text: string) => running.log().filter(({ msg }) => msg.startsWith(text))

describe.skipIf(!HAS_POSTGRES)('a store', () => {
  it('outlives its server: what was committed is there when it is back', async () => {
    const postgres = await server()
    const store = openNewsroom({ path: postgres.url })
    onTestFinished(() => store.close())
    const feeds = store.feeds().map(({ url }) => url)
    expect(feeds).not.toEqual([])
    await postgres.stop('immediate')
    let fault: unknown = null
    try {
      store.syncAgencies(AGENCIES, NOW)
    } catch (error) {
      fault = error
    }
    expect(storeTrouble(fault)).toBe('failing')
    const refused = openReader(postgres.url)
    expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(/^cannot reach the database postgres:/) })
    expect(JSON.stringify(refused)).not.toContain(new URL(postgres.url).password)
    await postgres.start()
    store.syncAgencies(AGENCIES, NOW)
    expect(store.feeds().map(({ url }) => url)).toEqual(feeds)
    const again = openStore({ path: postgres.url })
    expect(again.ok).toBe(true)
    if (again.ok) again.value.close()
  })
})

describe.skipIf(!HAS_POSTGRES)('a daemon', () => {
  it('that is killed while it files has every entry on file once after another start', async () => {
    const { server, addresses, keys } = await agencies(6, 40, 0)
    const { config, database } = configure(folder(), agenciesOf(addresses), { poll: EVERY_SECOND })
    const first = await daemon(config)
    await eventually('it files', () => logged(first, 'polled').length > 0)
    first.signal('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')
    expect(audit(database)).toEqual([])
    const seen = server.requests.length
    const second = await daemon(config)
    await eventually(
      'it files all',
      () => new Set(server.requests.slice(seen)).size === 6 && reportsOnFile(database).size === 240,
    )
    expect((await second.stop()).code).toBe(0)
    expect([...reportsOnFile(database).keys()].sort()).toEqual(keys().sort())
    expect(audit(database)).toEqual([])
  })

  it('answers a page that is asked for while its server starts again when that is back', async () => {
    const postgres = await server()
    const { addresses } = await agencies(1, 3, 0)
    const { config } = configure(folder(), agenciesOf(addresses), { database: postgres.url })
    const running = await daemon(config)
    await eventually('it files', () => logged(running, 'polled').length > 0)
    expect((await fetch(`${running.address}/`)).status).toBe(200)
    await eventually('a page waits for the server', async () => {
      await postgres.stop('immediate')
      const began = performance.now()
      const asked = fetch(`${running.address}/feed.json?n=${began}`).catch(() => null)
      await postgres.start()
      // Pages wait ten seconds: a machine that takes longer to start the server tries again.
      const isSoon = performance.now() - began < 8_000
      return isSoon && (await asked)?.status === 200
    })
  })

  it('goes on when its server was away, and files what was served meanwhile, each entry once', async () => {
    const postgres = await server()
    const { addresses, keys } = await agencies(4, 3, 1)
    const { config } = configure(folder(), agenciesOf(addresses), { database: postgres.url, poll: EVERY_SECOND })
    const running = await daemon(config)
    await eventually('it files', () => logged(running, 'polled').length >= 4)
    // `npm run test:postgres` has both.
    for (const how of process.env['ALL_ENGINES'] === undefined
      ? (['immediate'] as const)
      : (['fast', 'immediate'] as const)) {
      await postgres.stop(how)
      const said = logged(running, '').length
      // Whoever reads or writes first says it.
      const isAway = ({ level, error, reason }: Logged) =>
        level >= 40 && /connect|clos|terminat/i.test(`${error} ${reason}`)
      await eventually('it says so', () => logged(running, '').slice(said).some(isAway))
      const health = await fetch(`${running.address}/healthz`)
      // In trouble for long, it is said to be down.
      expect([200, 503]).toContain(health.status)
      expect(await health.text()).not.toContain(new URL(postgres.url).password)
      await postgres.start()
      const polled = logged(running, 'polled').length
      await eventually('it files again', () => logged(running, 'polled').length >= polled + 8)
    }
    const ended = await running.stop()
    expect(ended.code).toBe(0)
    expect(ended.stderr).not.toContain(new URL(postgres.url).password)
    const served = keys()
    const filed = new Set(reportsOnFile(postgres.url).keys())
    // The last visits may have been cut short by the end.
    expect(served.filter(key => !filed.has(key)).length).toBeLessThanOrEqual(4)
    expect([...filed].filter(key => !served.includes(key))).toEqual([])
    expect(audit(postgres.url)).toEqual([])
  })
})
