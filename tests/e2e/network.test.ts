// A laptop that is opened on a train: `minwal run` without a network, and then with one.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { minwal, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const names = fileURLToPath(new URL('../fixtures/names.cjs', import.meta.url))

it('says that there is no network, polls nothing meanwhile, and has the news within a minute of its return', async () => {
  const server = await feedServer()
  const { port } = new URL(server.origin)
  const hosts = ['a', 'b', 'c', 'd', 'e'].map(name => `http://${name}.news.test:${port}`)
  for (const [at] of hosts.entries()) {
    server.answers.set(
      `/${at}`,
      rss([{ guid: `${at}`, title: `Ferry number ${at} is late`, text: 'It came at five.' }]),
    )
  }
  const where = folder()
  const network = join(where, 'network')
  const { config } = configure(where, agenciesOf(hosts.map((host, at) => `${host}/${at}`)), {
    log: { level: 'info' },
    poll: { hostDelay: '0s', concurrency: 2 },
  })
  const { child, stderr } = start(['run', '--config', config], {
    env: { NODE_OPTIONS: `--require ${names}`, NETWORK: network },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const address = (): string | undefined => /"address":"([^"]+)"/.exec(stderr())?.[1]
  const said = (message: string): boolean => stderr().includes(`"msg":"${message}`)
  const get = async (path: string): Promise<string> => (await fetch(`${address()}${path}`)).text()

  await eventually('it says that there is no network', () => said('no network'))
  await eventually(
    'what was under way has ended',
    async () => (await fetch(`${address()}/readyz`)).status === 200,
    30_000,
  )
  expect((await fetch(`${address()}/healthz`)).status).toBe(200)
  for (const path of ['/healthz', '/feeds', '/']) expect(await get(path)).toMatch(/there is no network: no host/i)
  for (const [language, words] of [
    ['ar', 'لا شبكة'],
    ['fr', 'Pas de réseau'],
  ]) {
    for (const path of ['/', '/feeds']) expect(await get(`${path}?hl=${language}`)).toContain(words)
  }
  // One line, and it is nobody's fault: every feed is as due as it was.
  const warned = (): string[] =>
    stderr()
      .split('\n')
      .filter(line => /"level":[45]0/.test(line))
      .map(line => String((JSON.parse(line) as { msg: string }).msg))
  expect(warned()).toEqual([expect.stringContaining('no network')])
  const feeds = await minwal(['feeds', '--json', '--config', config])
  const states = (JSON.parse(feeds.stdout) as { state: string; failures: number }[]).map(({ state }) => state)
  expect(states).toEqual(['new', 'new', 'new', 'new', 'new'])
  expect(server.requests).toEqual([])

  writeFileSync(network, '')
  const back = Date.now()
  await eventually('all is filed', async () => (await get('/metrics')).includes('minwal_reports 5\n'))
  expect(Date.now() - back).toBeLessThan(60_000)
  expect(said('the network is back')).toBe(true)
  for (const path of ['/feeds', '/']) expect(await get(path)).not.toMatch(/there is no network/i)
  expect(warned()).toHaveLength(1)
  rmSync(network)
})

it('one server that does not answer is no network that is gone', async () => {
  const server = await feedServer({ '/a': rss([{ guid: 'a', title: 'The ferry is late', text: 'It came at five.' }]) })
  const { port } = new URL(server.origin)
  const where = folder()
  const network = join(where, 'network')
  writeFileSync(network, '')
  // Nothing listens at port 1; the names are four hosts, and the fifth answers.
  const dead = ['w', 'x', 'y', 'z'].map(name => `http://${name}.news.test:1/feed`)
  const { config } = configure(where, agenciesOf([...dead, `http://a.news.test:${port}/a`]), { log: { level: 'info' } })
  const { child, stderr } = start(['run', '--config', config], {
    env: { NODE_OPTIONS: `--require ${names}`, NETWORK: network },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const failures = (): number => stderr().split('"msg":"poll failed"').length - 1
  await eventually(
    'the four have failed and the fifth was read',
    () => failures() === 4 && server.requests.length > 0,
    60_000,
  )
  await eventually(
    'the round is over',
    async () => {
      const address = /"address":"([^"]+)"/.exec(stderr())?.[1]
      return (await fetch(`${address}/readyz`)).status === 200
    },
    30_000,
  )
  expect(stderr()).not.toContain('no network')
})

it('holds a poll that could not reach its host back only until another host answers', async () => {
  const server = await feedServer({ '/a': rss([{ guid: 'a', title: 'The ferry is late', text: 'It came at five.' }]) })
  const { port } = new URL(server.origin)
  const where = folder()
  const network = join(where, 'network')
  writeFileSync(network, '')
  const { config } = configure(where, agenciesOf(['http://w.news.test:1/feed', `http://a.news.test:${port}/a`]), {
    log: { level: 'info' },
  })
  const { child, stderr } = start(['run', '--config', config], {
    env: { NODE_OPTIONS: `--require ${names}`, NETWORK: network },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await eventually('the dead one has failed', () => stderr().includes('"msg":"poll failed"'))
  // One that never answered is tried again soon: the shortest interval is five minutes, and a refusal is half a failure.
  expect(stderr()).toMatch(/"next":"in [78] min: [^"]*".*"msg":"poll failed"/)
  const stopped = Date.now()
  child.kill('SIGTERM')
  await eventually('it has ended', () => child.exitCode !== null)
  expect(Date.now() - stopped).toBeLessThan(4_000)
})

it('sees that the network is gone with a single feed, where the machine has no address either', async () => {
  const server = await feedServer({ '/a': rss([{ guid: 'a', title: 'The ferry is late', text: 'It came at five.' }]) })
  const { port } = new URL(server.origin)
  const where = folder()
  const network = join(where, 'network')
  const { config } = configure(where, agenciesOf([`http://a.news.test:${port}/a`]), { log: { level: 'info' } })
  const { child, stderr } = start(['run', '--config', config], {
    env: { NODE_OPTIONS: `--require ${names}`, NETWORK: network, CABLE: 'pulled' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await eventually('it says that there is no network', () => stderr().includes('"msg":"no network'))
  expect(stderr()).not.toContain('poll failed')
  writeFileSync(network, '')
  await eventually('the report is filed', () => stderr().includes('"msg":"polled"'))
  expect(stderr()).toContain('the network is back')
})
