// An encoder as a user has it: in the configuration, through the real command.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { reportsOnFile } from '../helpers/audit.ts'
import { minwal } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { hasTransformers, isInstalledWithMinwal, modelFolder } from '../helpers/transformers.ts'

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
/** Two accounts of one event that share a place, and little else. */
const NEWS = rss([
  { guid: '1', title: 'Dam gives way near Larkfield valley village', text: '', date: minutesAgo(90) },
  { guid: '2', title: 'Larkfield deluge wakes sleeping farmers early', text: '', date: minutesAgo(20) },
])
const WORDS = { dam: [1, 0], deluge: [1, 0], chess: [0, 1] }
const PROGRAM = fileURLToPath(new URL('../fixtures/encoder.mjs', import.meta.url))
const EVERY_SECOND = { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' }

/** What a daemon makes of the two, as its feeds have it, and what it warned of. */
async function threadsOf(encoder: unknown): Promise<{ threads: number; warnings: string[] }> {
  const server = await feedServer({ '/feed': NEWS })
  const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
    poll: EVERY_SECOND,
    ...(encoder ? { threads: { encoder } } : {}),
  })
  const running = await daemon(config)
  const entries = async (feed: string): Promise<number> =>
    ((await (await fetch(running.address + feed)).json()) as { items: unknown[] }).items.length
  await eventually('both are published', async () => (await entries('/feed.json')) === 2, 30_000)
  const threads = await entries('/threads.json')
  const warnings = running.log().flatMap(({ level, reason }) => (level >= 40 ? [String(reason)] : []))
  expect((await running.stop()).code).toBe(0)
  return { threads, warnings }
}

describe('two accounts of one event in other words', { timeout: 120_000 }, () => {
  it('are two threads by their words, and one with an encoder of the user', async () => {
    expect(await threadsOf(null)).toEqual({ threads: 2, warnings: [] })
    expect(await threadsOf([process.execPath, PROGRAM])).toEqual({ threads: 1, warnings: [] })
  })

  it.skipIf(!hasTransformers)('are one with a local model', async () => {
    expect(await threadsOf({ model: modelFolder({ words: WORDS }) })).toEqual({ threads: 1, warnings: [] })
  })

  it('are two where the encoder fails, and the log says why', async () => {
    expect(await threadsOf(['/no/such/program'])).toEqual({
      threads: 2,
      warnings: ['/no/such/program could not be started (ENOENT)'],
    })
  })
})

it('goes on running over a reload that leaves it as it is, and is replaced by one that does not', async () => {
  const server = await feedServer({ '/feed': NEWS })
  const where = folder()
  const write = (title: string, starts: string): string =>
    configure(where, agenciesOf([`${server.origin}/feed`]), {
      title,
      poll: EVERY_SECOND,
      threads: { encoder: [process.execPath, PROGRAM, join(where, starts)] },
    }).config
  const running = await daemon(write('First', 'one'))
  const stories = async (): Promise<number> =>
    ((await (await fetch(`${running.address}/feed.json`)).json()) as { items: unknown[] }).items.length
  await eventually('both are published', async () => (await stories()) === 2, 30_000)
  const reload = async (): Promise<void> => {
    const done = (): number => running.log().filter(({ msg }) => msg === 'configuration reloaded').length
    const before = done()
    running.signal('SIGHUP')
    await eventually('it has reloaded', () => done() > before, 30_000)
    const polls = server.requests.length
    await eventually('it has polled again', () => server.requests.length > polls + 1, 30_000)
  }
  write('Second', 'one')
  await reload()
  server.answers.set('/feed', rss([{ guid: '3', title: 'Museum opens its cellar', text: '', date: minutesAgo(5) }]))
  await eventually('the third is published', async () => (await stories()) === 3, 30_000)
  expect(readFileSync(join(where, 'one'), 'utf8')).toBe('started\n')

  write('Second', 'two')
  await reload()
  server.answers.set('/feed', rss([{ guid: '4', title: 'Ferry sails again', text: '', date: minutesAgo(4) }]))
  await eventually('the fourth is published', async () => (await stories()) === 4, 30_000)
  expect(readFileSync(join(where, 'one'), 'utf8')).toBe('started\n')
  expect(readFileSync(join(where, 'two'), 'utf8')).toBe('started\n')
}, 120_000)

it('that does not answer does not hold up the end: what is being filed is filed by its words', async () => {
  const server = await feedServer({ '/feed': rss([{ guid: '1', title: 'A long silence', text: '' }]) })
  const where = folder()
  const starts = join(where, 'starts')
  const { config, database } = configure(where, agenciesOf([`${server.origin}/feed`]), {
    poll: EVERY_SECOND,
    threads: { encoder: [process.execPath, PROGRAM, starts] },
  })
  const running = await daemon(config)
  await eventually('the encoder was started', () => existsSync(starts), 20_000)
  // Its patience is a minute, longer than this test has.
  expect(await running.stop()).toMatchObject({ code: 0 })
  expect(reportsOnFile(database).size).toBe(1)
})

describe('an encoder that cannot work', () => {
  const configured = (encoder: unknown): string =>
    configure(folder(), agenciesOf(['http://127.0.0.1:9/feed']), { threads: { encoder } }).config

  it('is refused at the start in one line, by what polls; what reads goes on', async () => {
    const config = configured({ model: 'models/e5' })
    const refusal = {
      code: 2,
      stdout: '',
      stderr: `minwal: ${config}: threads.encoder: the folder ${join(config, '../models/e5')} does not exist: put a model there that is made for @huggingface/transformers\n`,
    }
    for (const command of ['run', 'poll', 'check']) {
      expect(await minwal([command, '--config', config])).toMatchObject(refusal)
    }
    expect((await minwal(['threads', '--config', config])).stderr).not.toContain('encoder')
  })

  it.skipIf(isInstalledWithMinwal)('for want of the package is told what to install', async () => {
    const model = modelFolder({ words: WORDS }, { withPackage: false })
    const ended = await minwal(['run', '--config', configured({ model })])
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(
      /^minwal: [^\n]*: run `npm install --ignore-scripts @huggingface\/transformers` [^\n]*\n$/,
    )
  })

  it('is tried by check, which says what is wrong', async () => {
    const config = configured(['/no/such/program'])
    expect(await minwal(['check', '--config', config])).toMatchObject({
      code: 2,
      stderr: `minwal: ${config}: threads.encoder: /no/such/program could not be started (ENOENT)\n`,
    })
  })

  it.skipIf(!hasTransformers)('or can, is tried by check, which says how many numbers it gives', async () => {
    const config = configured({ model: modelFolder({ words: WORDS }) })
    expect(await minwal(['check', '--config', config])).toMatchObject({
      code: 0,
      stdout: `${config} is right: 1 agency, 1 feed, an encoder that gives a text 2 numbers\n`,
    })
  })
})
