// How many statements a document costs: one whose 30 entries are on file, one with a new entry. Whole polls of few and of
// more feeds are counted, so that what a poll costs in itself falls out.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { rounded } from '../helpers.ts'
import type { Measured } from './goals.ts'
import { inFolder, type Options } from './options.ts'
import { commandOf, runNode } from './whole.ts'

const FEW = 5
const MORE = 25
const ENTRIES = 30
const HOOK = path.join(import.meta.dirname, 'count-statements.ts')

/** `count` words of an invented vocabulary, the same for the same seed. */
function words(seed: number, count: number): string {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return `w${((state >>> 8) % 20_000).toString(36)}`
  }).join(' ')
}

function document(feed: number, version: number, newest: number, now: number): string {
  const items = Array.from({ length: ENTRIES }, (_, back) => {
    const at = newest - back
    const seed = feed * 1_000 + at
    const date = new Date(now - (ENTRIES + 5 - at) * 600_000).toUTCString()
    return `<item><guid isPermaLink="false">${seed}</guid><title>${words(seed + 1e6, 9)}</title><pubDate>${date}</pubDate><description>${words(seed, 80)}</description></item>`
  })
  return `<rss version="2.0"><channel><title>Feed ${feed}</title><link>https://agency-${feed}.example/</link><description>${version}</description>${items.join('')}</channel></rss>`
}

type Kind = 'validated' | 'unchanged' | 'new'
const KINDS: readonly Kind[] = ['validated', 'unchanged', 'new']

async function count(feeds: number, options: Options): Promise<Record<Kind, string[]>> {
  const now = Date.now()
  const state = { version: 1, newest: ENTRIES - 1 }
  const server = http.createServer((request, response) => {
    const etag = `"${state.version}-${state.newest}"`
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end()
    const feed = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0)
    response.writeHead(200, { etag, 'content-type': 'application/rss+xml' })
    response.end(document(feed, state.version, state.newest, now))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    return await inFolder(async folder => {
      const { port } = server.address() as AddressInfo
      const config = path.join(folder, 'config.json')
      writeFileSync(
        config,
        JSON.stringify({
          database: path.join(folder, 'statements.db'),
          log: { level: 'error' },
          poll: { allowPrivate: true, perHost: 16, concurrency: 4, hostDelay: '0s' },
          agencies: Array.from({ length: feeds }, (_, at) => ({
            id: `a${at}`,
            name: `Agency ${at}`,
            feeds: [`http://127.0.0.1:${port}/${at}`],
          })),
        }),
      )
      const file = path.join(folder, 'statements.txt')
      const poll = async (): Promise<string[]> => {
        rmSync(file, { force: true })
        await runNode([commandOf(options.checkout), 'poll', '--force', '--json', '--config', config], {
          cores: '1',
          limit: options.limit,
          imports: [HOOK],
          env: { MINWAL_BENCH_STATEMENTS: file, MINWAL_BENCH_CHECKOUT: options.checkout },
        })
        return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
      }
      await poll()
      const validated = await poll()
      state.version++
      const unchanged = await poll()
      state.newest++
      return { validated, unchanged, new: await poll() }
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const TRANSACTION = /^(?:begin|commit|rollback|savepoint|release)\b/i

/** How often each statement is executed for one document more, most often first. */
function each(few: readonly string[], more: readonly string[]): [sql: string, times: number][] {
  const times = new Map<string, number>()
  for (const [sqls, sign] of [
    [few, -1],
    [more, 1],
  ] as const)
    for (const sql of sqls) if (!TRANSACTION.test(sql)) times.set(sql, (times.get(sql) ?? 0) + sign / (MORE - FEW))
  return [...times].filter(([, count]) => count > 0.01).toSorted((a, b) => b[1] - a[1])
}

/** `list` prints each statement with how often a document executes it. */
export async function statements(options: Options, list: boolean): Promise<Measured[]> {
  const few = await count(FEW, options)
  const more = await count(MORE, options)
  const sums = KINDS.map(kind => each(few[kind], more[kind]).reduce((sum, [, times]) => sum + times, 0))
  if (list)
    for (const kind of KINDS)
      for (const [sql, times] of each(few[kind], more[kind]))
        process.stdout.write(`${kind.padEnd(10)} ${rounded(times, 2).toString().padStart(6)}  ${sql.slice(0, 160)}\n`)
  const [validated = 0, unchanged = 0, one = 0] = sums
  // A poll is recorded at least: where nothing is counted, the hook did not reach the thread that writes.
  if (validated === 0) throw new Error('no statement was counted')
  const note = `neither the transactions' own nor the ${rounded(validated)} of a poll without a document (304)`
  return [
    { goal: 'statementsUnchanged', rounds: [rounded(unchanged - validated)], note },
    {
      goal: 'statementsNew',
      rounds: [rounded(one - validated)],
      note: `${ENTRIES - 1} unchanged entries beside it, ${rounded(one - unchanged)} more than without it; ${note}`,
    },
  ]
}
