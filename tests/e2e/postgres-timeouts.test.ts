// A server whose administrator ends sessions and transactions that take long: what stays open is none of those, and what is ended is
// done again. Of PostgreSQL alone.

import type { ChildProcess } from 'node:child_process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openConnection } from '../../src/store/postgres/connection.ts'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { type Ended, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import type { Logged } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { HAS_POSTGRES, startPostgres } from '../helpers/postgres.ts'
import { prose, random } from '../helpers/random.ts'

/** A server of the test's own, and how its administrator speaks to it. */
async function server(): Promise<{ url: string; tell: (statement: string) => void }> {
  const { url, remove } = await startPostgres()
  onTestFinished(() => remove())
  const tell = (text: string): void => {
    const connection = openConnection(url)
    connection.ask({ text, values: [], name: null })
    connection.close()
  }
  return { url, tell }
}

async function growing(count: number) {
  const next = random(23)
  const server = await feedServer()
  const items = Array.from({ length: count }, (): Item[] => [])
  for (const [feed, own] of items.entries()) {
    server.answers.set(`/${feed}`, (_, response) => {
      own.unshift({ guid: `${feed}-${own.length}`, title: prose(next, 7), text: prose(next, 40) })
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(own.slice(0, 100)))
    })
  }
  const addresses = items.map((_, feed) => `${server.origin}/${feed}`)
  return { addresses, keys: () => items.flatMap((own, feed) => own.map(({ guid }) => `${addresses[feed]} ${guid}`)) }
}

interface Running {
  role: string
  child: ChildProcess
  log(): Logged[]
  ended: Promise<Ended>
}

/** A process of a role that has started. */
async function begun(role: string, config: string): Promise<Running> {
  const { child, stderr, ended } = start(['run', '--config', config, '--role', role])
  onTestFinished(() => void child.kill('SIGKILL'))
  const log = (): Logged[] =>
    stderr()
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as Logged)
  await eventually(`${role} has started`, () => child.exitCode !== null || log().some(({ msg }) => msg === 'started'))
  if (child.exitCode !== null) throw new Error(stderr())
  return { role, child, log, ended }
}

const POLL = { tick: '* * * * * *', minInterval: '2s', maxInterval: '2s' }

const started = ({ log }: Running) => log().find(({ msg }) => msg === 'started')

/** Ends them, and looks whether each entry that was served is on file once; the last visits may have been cut short. */
async function endedWell(running: readonly Running[], url: string, served: readonly string[], feeds: number) {
  for (const { child, ended } of running.toReversed()) {
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  }
  expect(audit(url)).toEqual([])
  const filed = new Set(reportsOnFile(url).keys())
  expect(served.filter(key => !filed.has(key)).length).toBeLessThanOrEqual(feeds)
}

describe.skipIf(!HAS_POSTGRES)('a server that ends sessions which wait', () => {
  it.each([[['all']], [['desk', 'collect', 'publish']]])(
    'is filed into and read by %j as by any other',
    async roles => {
      const { url, tell } = await server()
      tell(`alter role minwal set idle_session_timeout = '400ms'`)
      const { addresses, keys } = await growing(3)
      const { config } = configure(folder(), agenciesOf(addresses), { database: url, poll: POLL })
      const running: Running[] = []
      for (const role of roles) running.push(await begun(role, config))
      const polled = (): number => running.flatMap(({ log }) => log()).filter(({ msg }) => msg === 'polled').length
      await eventually('it files', () => polled() >= 6)
      const [publisher] = running.slice(-1)
      for (let time = 0; time < 3; time++) {
        const page = await fetch(`${publisher && started(publisher)?.['address']}/?n=${time}`)
        expect(page.status).toBe(200)
        await page.text()
        const before = polled()
        await eventually('it files on', () => polled() > before)
      }
      const said = running.flatMap(({ role, log }) => log().map(line => ({ role, ...line })))
      expect(said.filter(({ level }) => level >= 40)).toEqual([])
      await endedWell(running, url, keys(), addresses.length)
    },
  )
})

describe.skipIf(!HAS_POSTGRES)('a server that ends transactions which wait', () => {
  it('is told of with what to do, and filed into when it gives more time', async () => {
    const { url, tell } = await server()
    const { addresses, keys } = await growing(3)
    const { config } = configure(folder(), agenciesOf(addresses), { database: url, poll: POLL })
    const running = await begun('all', config)
    const said = (msg: string) => running.log().filter(line => line.msg.startsWith(msg))
    await eventually('it files', () => said('polled').length >= 3)
    tell(
      `alter role minwal set idle_in_transaction_session_timeout = 1;
       select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'minwal' and pid <> pg_backend_pid()`,
    )
    await eventually('it says so', () => said('the database cannot be written').length > 0)
    // The first that it meets may be that the administrator has ended its connection.
    const health = async (): Promise<string> => (await fetch(`${started(running)?.['address']}/healthz`)).text()
    await eventually('health says what to do', async () =>
      /ends transactions before they are done .*give this user more time there, by `alter role`/.test(await health()),
    )
    tell('alter role minwal reset idle_in_transaction_session_timeout')
    await eventually('it files again', () => said('the database is written again').length > 0)
    const polled = said('polled').length
    await eventually('it polls on', () => said('polled').length >= polled + 3)
    expect((await fetch(`${started(running)?.['address']}/`)).status).toBe(200)
    await endedWell([running], url, keys(), addresses.length)
  })
})
