// A hub, an agency and `minwal run`, all in real HTTP: asking, verifying, pushing, renewing, and what a hub must not do.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { audit, reportsOnFile } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, IS_ONE_PROCESS, type RunningDaemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { type FeedServer, feedServer, type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { type Asked, freePort, type Hub, signed, startHub } from '../helpers/hub.ts'
import { passingTime } from '../helpers/passing-time.ts'
import { openRows } from '../helpers/rows.ts'

const DAY = 86_400_000

const item = (guid: string, title: string, text = `${title}, the agency reports.`): Item => ({
  guid,
  title,
  text,
  date: new Date(Date.now() - 60_000).toISOString(),
})
const FERRY = item('1', 'Ferry service resumes after storm')
const PRICES = item('2', 'Olive oil costs more, sugar less')
const MUSEUM = item('3', 'Museum opens its cellar to visitors')

const naming = (hub: string, self: string, items: readonly Item[]): string =>
  rss(items).replace(
    '<description/>',
    `<description/><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="${hub}"/>
     <a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="${self}"/>`,
  )

interface Scene {
  hub: Hub
  server: FeedServer
  topic: string
  config: string
  database: string
  running: RunningDaemon
  /** Start the command again after it was stopped. */
  again(): Promise<RunningDaemon>
}

/** An agency with one report whose feed names a hub, and a daemon that follows it. */
async function scene(poll: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const server = await feedServer()
  const hub = await startHub(server)
  const topic = `${server.origin}/feed?self=1`
  server.answers.set('/feed', naming(hub.url, topic, [FERRY]))
  const port = await freePort()
  const { config, database } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    listen: `127.0.0.1:${port}`,
    link: `http://127.0.0.1:${port}`,
    log: { level: 'debug' },
    poll: { tick: '* * * * * *', minInterval: '1h', ...poll },
  })
  const again = (): Promise<RunningDaemon> => daemon(config)
  return { hub, server, topic, config, database, running: await again(), again }
}

async function asked(hub: Hub, times = 1): Promise<Asked> {
  await eventually('the hub is asked', () => hub.asked.length >= times)
  const last = hub.asked.at(-1)
  if (last === undefined) throw new Error('the hub was not asked')
  return last
}

/** What was asked of hubs lies in the private file; `query` asks the database. */
function row(database: string, query?: string): Record<string, unknown> {
  // A server keeps them beside the rest.
  const db = openRows(query === undefined && !isPostgres(database) ? `${database}.private` : database)
  try {
    return db.prepare(query ?? 'select * from subscriptions').get() as Record<string, unknown>
  } finally {
    db.close()
  }
}

async function titles(address: string): Promise<string[]> {
  const feed = (await (await fetch(`${address}/feed.json`)).json()) as { items: { title: string }[] }
  return feed.items.map(({ title }) => title).sort()
}

const messages = (running: RunningDaemon, msg: string) => running.log().filter(line => line.msg === msg)

it('subscribes where a feed names a hub, files what the hub pushes, and then polls slowly', async () => {
  const { hub, server, topic, config, database, running } = await scene()
  const request = await asked(hub)
  expect(request).toMatchObject({
    mode: 'subscribe',
    topic,
    lease: '864000',
    type: 'application/x-www-form-urlencoded',
  })
  expect(request.callback).toMatch(new RegExp(`^${running.address}/websub/[A-Za-z0-9_-]{32}$`))
  expect(request.secret).toMatch(/^[0-9a-f]{64}$/)

  expect(await hub.verify(request)).toEqual({
    status: 200,
    text: 'challenge-1',
    type: expect.stringContaining('text/plain') as string,
  })
  expect(row(database)).toMatchObject({ state: 'active', attempts: 0, last_push: null })
  const before = row(database, 'select next_poll, reason from x_feeds')

  // A push may hold only what is new. It is on the page when the hub is thanked.
  expect(await hub.distribute(request, rss([PRICES]))).toMatchObject({ status: 202 })
  expect(await titles(running.address)).toEqual([FERRY.title, PRICES.title])
  expect(messages(running, 'pushed')).toMatchObject([{ entries: 1, new: 1 }])
  const after = row(database, 'select next_poll, reason, failures, body_hash from x_feeds')
  expect(after['reason']).toMatch(/^every 4 h: the hub 127\.0\.0\.1:\d+ pushes what is new$/)
  expect(Number(after['next_poll']) - Number(before['next_poll'])).toBeGreaterThan(2 * 3_600_000)

  // A corrected report, and a stronger signature in the header some hubs add.
  const corrected = rss([{ ...PRICES, text: 'Olive oil costs more, sugar much less, the agency corrects.' }])
  const headers = {
    'x-hub-signature': signed('of another', corrected, 'sha1'),
    'x-hub-signature-256': signed(request.secret, corrected),
  }
  expect(await hub.distribute(request, corrected, headers)).toMatchObject({ status: 202 })
  expect(messages(running, 'pushed').at(-1)).toMatchObject({ new: 0, revision: 1 })
  // The poll that shows whether anything was left out is not put off again.
  expect(row(database, 'select next_poll from x_feeds')['next_poll']).toBe(after['next_poll'])

  // Only polled once so far; polling finds nothing that the hub had not brought.
  expect(server.requests.filter(path => path === '/feed')).toHaveLength(1)
  await running.stop()
  server.answers.set('/feed', naming(hub.url, topic, [FERRY, PRICES]))
  const polled = await minwal(['poll', '--force', '--json', '--config', config])
  expect(JSON.parse(polled.stdout)).toMatchObject({ entries: 2, new: 0, failedFeeds: 0 })
  expect(row(database, 'select reason from x_feeds')['reason']).toContain('pushes what is new')

  // What polling finds first takes the hub's proof away.
  server.answers.set('/feed', naming(hub.url, topic, [FERRY, PRICES, MUSEUM]))
  await minwal(['poll', '--force', '--config', config])
  expect(row(database)).toMatchObject({ state: 'active', last_push: null })
  expect(row(database, 'select reason from x_feeds')['reason']).toContain('1 of 3 entries was new')
  expect(audit(database)).toEqual([])
})

it('files nothing that is not signed, not asked for, repeated or too large', async () => {
  const { hub, database, running } = await scene({ maxBodyBytes: '64KB' })
  const request = await asked(hub)
  const other = { ...request, callback: `${request.callback.slice(0, -32)}${'A'.repeat(32)}` }
  expect(await hub.verify(other)).toMatchObject({ status: 404 })
  expect(await hub.distribute(other, rss([PRICES]))).toMatchObject({ status: 404 })
  expect(await hub.verify({ ...request, callback: `${running.address}/websub/short` })).toMatchObject({ status: 404 })

  expect(await hub.verify(request, { 'hub.topic': `${request.topic}#` })).toMatchObject({ status: 404 })
  expect(await hub.verify(request, { 'hub.mode': 'unsubscribe' })).toMatchObject({ status: 404 })
  expect(await hub.verify(request, { 'hub.challenge': null })).toMatchObject({ status: 400 })
  expect(row(database)).toMatchObject({ state: 'asked', lease_end: null })
  expect(await hub.verify(request, { 'hub.lease_seconds': '1' })).toMatchObject({ status: 200 })
  const { lease_end: leaseEnd } = row(database)
  expect(Number(leaseEnd) - Date.now()).toBeGreaterThan(4 * 60_000)

  // Acknowledged, so that nobody learns by trying, counted, and not filed.
  for (const headers of [
    { 'x-hub-signature': signed('guessed', rss([PRICES])) },
    { 'x-hub-signature': '' },
    { 'x-hub-signature': 'sha256=' },
  ]) {
    expect(await hub.distribute(request, rss([PRICES]), headers)).toMatchObject({ status: 202 })
  }
  const altered = rss([PRICES])
  const signature = { 'x-hub-signature': signed(request.secret, altered) }
  expect(await hub.distribute(request, altered.replace('Olive', 'Snake'), signature)).toMatchObject({ status: 202 })
  expect(row(database)).toMatchObject({ ignored: 4, last_push: null })
  expect(messages(running, 'push ignored')).toHaveLength(4)
  expect(messages(running, 'push ignored')[0]).toMatchObject({ reason: 'its signature is missing or wrong' })

  // Signed, and yet no feed: acknowledged, told, not filed, no proof.
  expect(await hub.distribute(request, '<html>503</html>')).toMatchObject({ status: 202 })
  expect(row(database)).toMatchObject({ ignored: 4, last_push: null })

  const huge = `${rss([PRICES])}<!--${'x'.repeat(100_000)}-->`
  expect(await hub.distribute(request, huge)).toMatchObject({ status: 413 })
  const coding = { 'content-encoding': 'gzip' }
  expect(await hub.distribute(request, rss([PRICES]), coding)).toMatchObject({ status: 415 })
  expect((await fetch(request.callback, { method: 'PUT', body: 'x' })).status).toBe(405)
  expect(await titles(running.address)).toEqual([FERRY.title])

  // The same push twice, also when the daemon has been started anew in between.
  const push = rss([MUSEUM])
  for (let times = 0; times < 2; times++) {
    expect(await hub.distribute(request, push)).toMatchObject({ status: 202 })
  }
  expect(messages(running, 'pushed')).toHaveLength(1)
  expect(messages(running, 'push repeated')).toHaveLength(1)
  await eventually('it is shown', async () => (await titles(running.address)).length > 1)
  expect(await titles(running.address)).toEqual([FERRY.title, MUSEUM.title])
  expect((await fetch(`${running.address}/healthz`)).status).toBe(200)
  expect([...reportsOnFile(database).values()]).toHaveLength(2)
  expect((await running.stop()).code).toBe(0)
  expect(audit(database)).toEqual([])
})

it('renews before the lease ends, with the same callback and secret, also after a restart', async () => {
  const { hub, database, running, again } = await scene()
  const first = await asked(hub)
  await hub.verify(first, { 'hub.lease_seconds': '600' })
  const { next_ask: renewal, lease_end: end } = row(database)
  expect(Number(renewal)).toBeGreaterThan(Date.now() + 6 * 60_000)
  expect(Number(renewal)).toBeLessThan(Number(end) - 59_000)
  expect((await running.stop()).code).toBe(0)

  const db = openRows(isPostgres(database) ? database : `${database}.private`, { readonly: false })
  db.exec(`update subscriptions set next_ask = ${Date.now() - 1}`)
  db.close()
  const restarted = await again()
  const renewed = await asked(hub, 2)
  expect(renewed).toEqual(first)
  // Until the hub confirms, what it had promised holds.
  expect(row(database)).toMatchObject({ state: 'active', lease_end: end })
  expect(await hub.verify(renewed, { 'hub.lease_seconds': '864000' })).toMatchObject({ status: 200 })
  expect(Number(row(database)['lease_end']) - Date.now()).toBeGreaterThan(9 * DAY)
  expect(await hub.distribute(renewed, rss([PRICES]))).toMatchObject({ status: 202 })
  expect(await titles(restarted.address)).toEqual([FERRY.title, PRICES.title])
  expect(hub.asked).toHaveLength(2)
})

it('takes a denial for an answer', async () => {
  const { hub, database, running } = await scene()
  const request = await asked(hub)
  expect(await hub.deny(request, 'not you')).toMatchObject({ status: 200 })
  const denied = row(database)
  expect(denied).toMatchObject({ state: 'denied', note: 'denied: not you', lease_end: null })
  expect(Number(denied['next_ask']) - Date.now()).toBeGreaterThan(6.9 * DAY)
  expect(messages(running, 'the hub denies the subscription')).toMatchObject([{ reason: 'not you' }])
})

it('follows a hub that verifies before it answers, and one that has moved', async () => {
  const server = await feedServer()
  const hub = await startHub(server)
  const verified: unknown[] = []
  hub.answer = async (response, request) => {
    verified.push(await hub.verify(request))
    response.writeHead(204).end()
  }
  server.answers.set('/old-hub', (_, response) => void response.writeHead(308, { location: hub.url }).end())
  server.answers.set('/feed', (_request, response) => {
    const link = `<${server.origin}/style.css>; rel="stylesheet", <${server.origin}/old-hub>; rel=hub, </feed>; rel="self"`
    response.writeHead(200, { link }).end(rss([FERRY]))
  })
  const port = await freePort()
  const { config, database } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    listen: `127.0.0.1:${port}`,
    link: `http://127.0.0.1:${port}`,
    poll: { tick: '* * * * * *', minInterval: '1h' },
  })
  await daemon(config)
  expect((await asked(hub)).topic).toBe(`${server.origin}/feed`)
  await eventually('the hub has verified', () => verified.length === 1)
  expect(verified).toMatchObject([{ status: 200, text: 'challenge-1' }])
  // The answer that comes after the verification does not undo it.
  await eventually('the subscription is active', () => row(database)['state'] === 'active')
  expect(row(database)).toMatchObject({ hub: `${server.origin}/old-hub`, attempts: 0 })
})

it('keeps polling when a hub refuses, and says why', async () => {
  const server = await feedServer()
  const hub = await startHub(server)
  hub.answer = response => void response.writeHead(422).end('no')
  server.answers.set('/feed', naming(hub.url, `${server.origin}/feed`, [FERRY]))
  const port = await freePort()
  const { config, database } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    listen: `127.0.0.1:${port}`,
    link: `http://127.0.0.1:${port}`,
    poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
  })
  const running = await daemon(config)
  await asked(hub)
  await eventually('the feed was polled again', () => server.requests.length >= 4)
  await eventually('the refusal is noted', () => row(database)['note'] !== null)
  expect(hub.asked).toHaveLength(1)
  expect(row(database)).toMatchObject({
    state: 'asked',
    attempts: 1,
    note: `${hub.url} answered 422 Unprocessable Entity`,
  })
  expect(messages(running, 'the hub could not be asked to push')).toHaveLength(1)
})

it('asks nobody where "websub" is off or "link" is not public', async () => {
  const server = await feedServer()
  const hub = await startHub(server)
  server.answers.set('/feed', naming(hub.url, `${server.origin}/feed`, [FERRY]))
  const feeds = [{ id: 'agency', feeds: [{ url: `${server.origin}/feed`, allowPrivate: true }] }]
  for (const poll of [
    { websub: false, allowPrivate: true },
    { websub: true, allowPrivate: false },
  ]) {
    const seen = server.requests.length
    const { config, database } = configure(folder(), feeds, {
      poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s', ...poll },
    })
    const running = await daemon(config)
    await eventually('the feed was polled again and again', () => server.requests.length >= seen + 3)
    expect(row(database)).toBeUndefined()
    expect((await fetch(`${running.address}/websub/${'A'.repeat(32)}`)).status).toBe(404)
    await running.stop()
  }
  expect(hub.asked).toEqual([])
})

it('the hub of our own feeds is told after the start, and again when something new was published', async () => {
  const server = await feedServer({ '/feed': rss([FERRY]) })
  const forms: URLSearchParams[] = []
  const hub = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      forms.push(new URLSearchParams(body))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>(resolve => hub.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void hub.close())
  const address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/push`
  const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    link: 'http://news.example/wires',
    publish: { hub: address },
    poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
  })
  const time = passingTime()
  const running = await daemon(config, time.environment)
  await eventually('the hub is told of all feeds', () => forms.length >= 6)
  expect(forms.map(form => form.get('hub.url')).slice(0, 2)).toEqual([
    'http://news.example/wires/feed.atom',
    'http://news.example/wires/feed.rss',
  ])
  expect(forms.every(form => form.get('hub.mode') === 'publish')).toBe(true)
  const response = await fetch(`${running.address}/feed.atom`)
  expect(response.headers.get('link')).toContain(`<${address}>; rel="hub"`)
  expect(await response.text()).toContain(`<link rel="hub" href="${address}"/>`)
  server.answers.set('/feed', rss([PRICES, FERRY]))
  await eventually('it is published', async () => (await titles(running.address)).length === 2)
  const polls = server.requests.length
  await eventually('the daemon has looked again', () => server.requests.length > polls + 1)
  // Once a minute at most.
  expect(forms).toHaveLength(6)
  time.pass(61)
  await eventually('the hub is told again', () => forms.length >= 12)
  expect((await running.stop()).code).toBe(0)
})

it('is pushed by the built-in hub of another Minwal, which it subscribes to as to any', async () => {
  const server = await feedServer()
  server.answers.set('/feed', rss([FERRY]))
  const port = await freePort()
  const link = `http://127.0.0.1:${port}`
  const listen = `127.0.0.1:${port}`
  const poll = { tick: '* * * * * *', minInterval: '1h' }
  const first = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    listen,
    link,
    publish: { hub: true },
    poll,
  })
  const publisher = await daemon(first.config)
  await eventually('the first report is published', async () => (await titles(link)).length === 1)
  const other = await freePort()
  const second = configure(folder(), agenciesOf([`${link}/feed.atom`]), {
    listen: `127.0.0.1:${other}`,
    link: `http://127.0.0.1:${other}`,
    poll,
  })
  const follower = await daemon(second.config)
  await eventually('it has subscribed', () => messages(follower, 'subscribed').length === 1)
  await eventually('the hub knows', () => messages(publisher, 'a subscriber confirmed').length === 1)

  server.answers.set('/feed', rss([PRICES, FERRY]))
  const polled = await minwal(['poll', '--force', '--config', first.config])
  expect(polled.code).toBe(0)
  await eventually('it is pushed', () => messages(follower, 'pushed').length === 1, 90_000)
  expect(await titles(follower.address)).toEqual([FERRY.title, PRICES.title])
  expect(messages(follower, 'pushed')).toMatchObject([{ new: 1 }])
  // On a busy machine it is thanked too late for the first time, and sends again a minute later.
  const delivered = async (): Promise<boolean> =>
    (await (await fetch(`${link}/metrics`)).text()).includes('minwal_hub_pushes_total{outcome="delivered"} 1')
  if (IS_ONE_PROCESS) await eventually('it is counted', delivered, 100_000)
  expect((await publisher.stop()).code).toBe(0)
  expect((await follower.stop()).code).toBe(0)
}, 280_000)
