// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration are written so.
// Whom a daemon tells of what: webhooks of three shapes, mail and a program, once for each thing, over failures and restarts.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { minwal, start } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { passingTime } from '../helpers/passing-time.ts'
import { openRows } from '../helpers/rows.ts'

const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }
const QUAKE = {
  guid: 'q1',
  title: 'Strong earthquake shakes the port of Karsun, twelve injured',
  text: 'A strong earthquake shook the port of Karsun on Monday morning and injured twelve people, the governor said. Schools are shut.',
}

interface Hook {
  url: string
  /** What was posted and taken. */
  taken: { path: string; authorization: string | undefined; body: Record<string, unknown> }[]
  /** Posts refused so far. */
  refused: number
  /** Status of the answers. */
  status: number
}

async function hook(): Promise<Hook> {
  const state: Hook = { url: '', taken: [], refused: 0, status: 200 }
  const server = http.createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      if (state.status >= 300) state.refused++
      else {
        const { authorization } = request.headers
        state.taken.push({ path: request.url ?? '', authorization, body: JSON.parse(text) as Record<string, unknown> })
      }
      response.writeHead(state.status).end('{}')
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state
}

/** A feed of which the items can be changed. */
async function wires(count: number) {
  const server = await feedServer()
  const items = Array.from({ length: count }, (_, at) => [
    {
      guid: `old${at}`,
      title: `Market of ${at} opens`,
      text: `Bread is sold in street ${at} again, and nothing else.`,
    },
  ])
  for (const [at, own] of items.entries()) server.answers.set(`/${at}`, (_, response) => void response.end(rss(own)))
  return { items, addresses: items.map((_, at) => `${server.origin}/${at}`), server }
}

const titles = ({ taken }: Hook): unknown[] => taken.map(({ body }) => body['title'])

/** Rules that know what there was when they began. */
function begun(database: string): number {
  const db = openRows(database)
  try {
    return Number(db.prepare(`select count(*) from x_notices where key = ''`).pluck().get())
  } finally {
    db.close()
  }
}

describe('rules of what is told to whom', () => {
  it('tell a webhook, mail and a program once of what a rule wishes, not of what was there before', async () => {
    const { items, addresses } = await wires(3)
    const where = folder()
    const web = await hook()
    const bin = join(where, 'bin')
    mkdirSync(bin)
    // Stands for the local sendmail.
    writeFileSync(join(bin, 'sendmail'), `#!/bin/sh\necho "$@" >> ${where}/mail; cat >> ${where}/mail\n`)
    chmodSync(join(bin, 'sendmail'), 0o755)
    items[0]?.unshift({
      ...QUAKE,
      guid: 'q0',
      title: 'An earthquake of last week is measured anew',
      text: 'It was of magnitude five, not six, the institute of seismology says.',
    })
    const { config, database } = configure(where, agenciesOf(addresses), {
      link: 'https://wires.example',
      poll: EVERY_SECOND,
      notify: [
        { name: 'quakes', query: 'earthquake', webhook: `${web.url}/json?key=\${HOOK_KEY}` },
        { name: 'three', agencies: 3, webhook: `${web.url}/slack`, shape: 'slack' },
        { name: 'phone', query: 'earthquake', webhook: `${web.url}/ntfy/my-topic`, shape: 'ntfy', key: '${NTFY}' },
        { name: 'post', query: 'earthquake', mail: 'desk@wires.example' },
        { name: 'program', agencies: 3, command: ['sh', '-c', `cat >> ${where}/program`] },
      ],
    })
    const env = { HOOK_KEY: 's3cretK3y77', NTFY: 'tk_verySecret99', PATH: `${bin}:${process.env['PATH']}` }
    const first = await daemon(config, env)
    await eventually(
      'what there is is filed',
      () => first.log().filter(({ msg }) => msg === 'polled').length >= 3,
      20_000,
    )
    await eventually('the rules have begun', () => begun(database) === 5)
    for (const own of items) own.unshift(QUAKE)
    // A file is there before all that is written to it.
    const written = (name: string): string => {
      const file = join(where, name)
      return existsSync(file) ? readFileSync(file, 'utf8') : ''
    }
    const told = (path: string): boolean => web.taken.some(one => one.path.startsWith(path))
    await eventually('all are told', () => told('/json') && told('/slack') && told('/ntfy'))
    await eventually('the mail is sent', () => written('mail').includes('\n\n'))
    await eventually('the program is told', () => written('program').trimEnd().endsWith('}'))
    const by = (path: string) => web.taken.filter(one => one.path === path)
    expect(by('/json?key=s3cretK3y77').map(({ body }) => body)).toEqual([
      {
        rule: 'quakes',
        kind: 'story',
        title: QUAKE.title,
        text: expect.stringContaining('A strong earthquake shook'),
        url: expect.stringMatching(/^https:\/\/wires\.example\/stories\/\d+$/),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ])
    expect(by('/slack').map(({ body }) => body)).toEqual([
      {
        text: expect.stringMatching(
          /^\*<https:\/\/wires\.example\/threads\/\d+\|.*>\*\n3 agencies: agency-\d, agency-\d, agency-\d$/,
        ),
      },
    ])
    expect(by('/ntfy/').map(({ body, authorization }) => ({ ...body, authorization }))).toEqual([
      {
        topic: 'my-topic',
        title: QUAKE.title,
        message: expect.stringContaining('earthquake'),
        priority: 3,
        click: expect.stringContaining('/stories/'),
        authorization: 'Bearer tk_verySecret99',
      },
    ])
    const mail = readFileSync(join(where, 'mail'), 'utf8')
    expect(mail).toContain('-t -i\nTo: desk@wires.example\nSubject: =?utf-8?B?')
    const subject = [...mail.matchAll(/=\?utf-8\?B\?([^?]*)\?=/g)]
      .map(([, word = '']) => Buffer.from(word, 'base64').toString())
      .join('')
    expect(subject).toBe(QUAKE.title)
    expect(JSON.parse(readFileSync(join(where, 'program'), 'utf8'))).toMatchObject({ rule: 'program', kind: 'thread' })
    // No secret of a webhook in the log.
    expect((await first.stop()).stderr).not.toMatch(/s3cretK3y77|tk_verySecret99/)

    // Told once, also over a restart; what comes then is told.
    const again = await daemon(config, env)
    const LATER = {
      ...QUAKE,
      guid: 'q2',
      title: 'Second earthquake frightens the mountain town of Belagir',
      text: 'Nobody was hurt in Belagir on Tuesday night, its mayor told the radio.',
    }
    items[1]?.unshift(LATER)
    await eventually('the second is told', () => titles(web).includes(LATER.title))
    expect(titles(web).filter(title => title === QUAKE.title)).toHaveLength(2)
    expect(by('/slack')).toHaveLength(1)
    expect((await again.stop()).code).toBe(0)
  }, 180_000)

  it('are tried again until they are taken, over a restart too', async () => {
    const { items, addresses } = await wires(1)
    const web = await hook()
    web.status = 503
    const { config, database } = configure(folder(), agenciesOf(addresses), {
      poll: EVERY_SECOND,
      notify: [{ name: 'quakes', query: 'earthquake', webhook: `${web.url}/` }],
    })
    const first = await daemon(config)
    await eventually('the rule has begun', () => begun(database) === 1)
    items[0]?.unshift(QUAKE)
    await eventually(
      'it is refused and said',
      () => first.log().some(({ msg }) => msg === 'a notice was not taken'),
      40_000,
    )
    expect(web.refused).toBeGreaterThan(0)
    expect(first.log().filter(({ msg }) => msg === 'a notice was not taken')).toMatchObject([
      { rule: 'quakes', reason: expect.stringContaining('answered 503') },
    ])
    expect((await first.stop()).code).toBe(0)
    web.status = 200
    // It is tried again after a quarter of a minute, then later and later.
    const time = passingTime()
    time.pass(60)
    const second = await daemon(config, time.environment)
    await eventually('it is taken', () => titles(web).includes(QUAKE.title))
    expect((await second.stop()).code).toBe(0)
    expect(titles(web)).toEqual([QUAKE.title])
  })

  it('tell of a failure of Minwal itself, and when it is over', async () => {
    const web = await hook()
    const where = folder()
    const network = join(where, 'network')
    const names = fileURLToPath(new URL('../fixtures/names.cjs', import.meta.url))
    writeFileSync(network, '')
    // A connection that stays open asks for no name.
    const answer = (_: unknown, response: http.ServerResponse): void =>
      void response.writeHead(200, { connection: 'close' }).end(rss([QUAKE]))
    const server = await feedServer({ '/a': answer, '/b': answer, '/c': answer })
    const { port } = new URL(server.origin)
    const { config } = configure(
      where,
      agenciesOf(['a', 'b', 'c'].map(name => `http://${name}.news.test:${port}/${name}`)),
      {
        poll: { ...EVERY_SECOND, hostDelay: '0s' },
        language: 'ar',
        title: 'منوال',
        notify: [{ name: 'ill', failure: true, webhook: `${web.url}/` }],
      },
    )
    const time = passingTime()
    const { child, stderr } = start(['run', '--config', config], {
      env: {
        ...time.environment,
        NODE_OPTIONS: `${time.environment['NODE_OPTIONS']} --require ${names}`,
        NETWORK: network,
      },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await eventually('it polls', () => server.requests.length >= 3)
    rmSync(network)
    await eventually('it has no network', () => stderr().includes('"msg":"no network'))
    // Trouble that has lasted a minute is told.
    const passing = setInterval(() => time.pass(10), 500)
    onTestFinished(() => clearInterval(passing))
    await eventually('it is told', () => web.taken.length === 1)
    clearInterval(passing)
    expect(web.taken[0]?.body).toMatchObject({
      rule: 'ill',
      kind: 'failure',
      title: 'منوال: تعطّل العمل',
      text: expect.stringContaining('there is no network'),
    })
    writeFileSync(network, '')
    await eventually('so is the recovery', () => web.taken.length === 2)
    expect(web.taken[1]?.body).toMatchObject({ kind: 'recovered', title: 'منوال: عاد العمل' })
    expect(stderr()).toContain('"msg":"told"')
  }, 300_000)

  it('tell once that an agency has fallen silent', async () => {
    const { addresses } = await wires(1)
    const web = await hook()
    const where = folder()
    const skew = join(where, 'skew')
    writeFileSync(skew, '0')
    const clock = fileURLToPath(new URL('../helpers/skewed-clock.cjs', import.meta.url))
    const { config, database } = configure(where, agenciesOf(addresses), {
      link: 'https://wires.example',
      poll: EVERY_SECOND,
      notify: [{ name: 'silence', silent: '3h', webhook: `${web.url}/` }],
    })
    const running = await daemon(config, { NODE_OPTIONS: `--require ${clock}`, MINWAL_TEST_SKEW: skew })
    await eventually('the rule has begun', () => begun(database) === 1)
    writeFileSync(skew, String(4 * 3_600))
    await eventually('it is told', () => web.taken.length > 0)
    writeFileSync(skew, String(8 * 3_600))
    const polls = (): number =>
      running.log().filter(({ msg }) => msg === 'the clock was set, or the machine slept').length
    const since = Date.now()
    await eventually('more looks are taken', () => polls() > 1 || Date.now() > since + 5_000)
    expect((await running.stop()).code).toBe(0)
    expect(web.taken.map(({ body }) => body)).toMatchObject([
      { kind: 'silent', title: 'agency-0: no news for 4 hours', url: 'https://wires.example/agencies/agency-0' },
    ])
  })

  it('lead nowhere private but where the configuration says', async () => {
    const inner = await hook()
    const outer = http.createServer(
      (_, response) => void response.writeHead(307, { location: `${inner.url}/admin` }).end(),
    )
    await new Promise<void>(done => outer.listen(0, '127.0.0.1', done))
    onTestFinished(() => void outer.close())
    const { config } = configure(folder(), agenciesOf(['https://a.example/feed']), {
      notify: [{ name: 'hook', failure: true, webhook: `http://127.0.0.1:${(outer.address() as AddressInfo).port}/` }],
    })
    const tested = await minwal(['notify', '--test', '--json', '--config', config])
    expect(tested.code).toBe(1)
    expect(JSON.parse(tested.stdout)).toMatchObject([{ rule: 'hook', fault: expect.stringContaining('loopback') }])
    expect(inner.taken).toEqual([])
  })
})

describe('minwal notify', () => {
  it('lists the rules, and sends each a test notice', async () => {
    const web = await hook()
    const { config } = configure(folder(), agenciesOf(['https://a.example/feed']), {
      title: 'My wires',
      notify: [
        { name: 'one', query: 'harbour', agencies: 3, webhook: `${web.url}/secret/path` },
        { name: 'two', silent: '12h', command: ['false'] },
      ],
    })
    const listed = await minwal(['notify', '--json', '--config', config])
    expect(JSON.parse(listed.stdout)).toEqual([
      { rule: 'one', when: '"harbour", 3 agencies', to: `json at ${new URL(web.url).host}` },
      { rule: 'two', when: 'an agency or a feed is silent for 12 h', to: 'false' },
    ])
    expect(web.taken).toEqual([])
    const one = await minwal(['notify', 'one', '--test', '--config', config])
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toContain('taken')
    expect(one.stdout).not.toContain('secret/path')
    expect(web.taken.map(({ body }) => body)).toMatchObject([{ rule: 'one', kind: 'test', title: 'My wires: a test' }])
    const all = await minwal(['notify', '--test', '--json', '--config', config])
    expect(all.code).toBe(1)
    expect(JSON.parse(all.stdout)).toMatchObject([{ fault: null }, { rule: 'two', fault: 'false ended with 1' }])
    expect(await minwal(['notify', 'three', '--config', config])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no rule "three"'),
    })
  })

  it('names what is wrong with a rule', async () => {
    const { config } = configure(folder(), agenciesOf(['https://a.example/feed']), {
      notify: [
        { name: 'a', webhook: 'https://hooks.example/' },
        { name: 'a', failure: true },
        { name: 'b', silent: '12h', query: 'x', mail: 'me@example.com', command: ['x'], shape: 'slack' },
      ],
    })
    const { code, stderr } = await minwal(['check', '--config', config])
    expect(code).toBe(2)
    for (const fault of [
      'notify[0]: must say when',
      'notify[1]: must say whom',
      'notify[1].name: is the name of notify[0] too',
      'notify[2]: "silent" and "failure" stand alone',
      'notify[2]: must say whom by one of',
      'notify[2].shape: belongs to a "webhook"',
    ]) {
      expect(stderr).toContain(fault)
    }
  })
})
