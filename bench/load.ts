// How long pages take while many ask: `node bench/load.ts [CHECKOUT]`. Heavy readers, two hundred different pages at
// once, and one connection that asks for hundreds of answers and reads none; a second client asks for the health
// meanwhile. CHECKOUT is another installed checkout to hold it against; this one is measured where there is none.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http, { createServer } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, printJson, printTable, root, rounded } from './helpers.ts'

const FEEDS = 20
const ENTRIES = 40
const WORDS = 500
const READERS = 50
const SECONDS = 10
const checkout = path.resolve(process.argv[2] ?? root)

const words = (seed: number, count: number): string => {
  let state = seed * 2654435761 + 1
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return `w${(state >>> 8) % 20_000}`
  }).join(' ')
}

function document(feed: number): string {
  const items = Array.from({ length: ENTRIES }, (_, at) => {
    const seed = feed * ENTRIES + at
    const date = new Date(Date.now() - seed * 60_000).toUTCString()
    return `<item><guid isPermaLink="false">${seed}</guid><title>${words(seed + 1e6, 9)}</title><pubDate>${date}</pubDate><description>${words(seed, WORDS)}</description></item>`
  })
  return `<rss version="2.0"><channel><title>Feed ${feed}</title><link>https://agency.example/</link><description/>${items.join('')}</channel></rss>`
}

interface Answered {
  ms: number
  status: number
  bytes: number
}

function get(port: number, route: string, agent: http.Agent | false): Promise<Answered> {
  const started = performance.now()
  return new Promise(resolve => {
    const done = (status: number, bytes: number) => resolve({ ms: performance.now() - started, status, bytes })
    http
      .get({ host: '127.0.0.1', port, path: route, agent }, response => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        response.on('end', () => done(response.statusCode ?? 0, bytes)).on('error', () => done(0, bytes))
      })
      .on('error', () => done(0, 0))
  })
}

const percentile = (answers: readonly Answered[], share: number): number =>
  rounded(
    answers.map(({ ms }) => ms).toSorted((a, b) => a - b)[
      Math.min(answers.length - 1, Math.floor(answers.length * share))
    ] ?? Number.NaN,
  )

const residentMB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Health asked all the while, and the most memory seen. */
async function meanwhile(port: number, pid: number, work: () => Promise<unknown>) {
  const health: Answered[] = []
  const before = residentMB(pid)
  let peak = before
  let over = false
  const watching = (async () => {
    while (!over) {
      health.push(await get(port, '/healthz', false))
      peak = Math.max(peak, residentMB(pid))
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  await work()
  over = true
  await watching
  return { health, grewMB: rounded(peak - before) }
}

const folder = mkdtempSync(path.join(tmpdir(), 'minwal-load-'))
const feeds = createServer((request, response) => {
  response.end(document(Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0)))
})
await new Promise<void>(resolve => feeds.listen(0, '127.0.0.1', resolve))
const { port: feedPort } = feeds.address() as AddressInfo
const port = await freePort()
writeFileSync(
  path.join(folder, 'config.json'),
  JSON.stringify({
    database: 'minwal.db',
    listen: `127.0.0.1:${port}`,
    log: { level: 'error' },
    poll: { allowPrivate: true, perHost: 16, concurrency: 16, hostDelay: '0s' },
    agencies: Array.from({ length: FEEDS }, (_, at) => ({
      id: `a${at}`,
      name: `Agency ${at}`,
      feeds: [`http://127.0.0.1:${feedPort}/${at}`],
    })),
  }),
)
const daemon = spawn(
  path.join(root, 'node_modules', '.bin', 'node'),
  [path.join(checkout, 'bin', 'minwal.js'), 'run', '--config', path.join(folder, 'config.json')],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)
const pid = daemon.pid ?? 0
const rows: (string | number)[][] = []
const figures: Record<string, unknown> = {}
try {
  const ready = async (): Promise<boolean> => (await get(port, '/readyz', false)).status === 200
  for (const end = Date.now() + 300_000; Date.now() < end && !(await ready()); ) {
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  const record = (name: string, answers: readonly Answered[], health: readonly Answered[], grewMB: number): void => {
    const good = answers.filter(({ status }) => status === 200)
    const row = [
      good.length,
      answers.filter(({ status }) => status === 503).length,
      percentile(good, 0.5),
      percentile(good, 0.99),
      percentile(health, 0.99),
      percentile(health, 1),
      grewMB,
    ]
    rows.push([name, ...row])
    figures[name] = row
  }

  const routes = (n: number): string[] => [
    '/',
    '/feed.atom',
    '/feed.json?limit=500',
    '/threads.atom',
    `/search?q=w${n % 20_000}`,
    `/feed.rss?q=w${(n * 7) % 20_000}`,
  ]
  const answers: Answered[] = []
  const agent = new http.Agent({ keepAlive: true, maxSockets: READERS })
  const reading = await meanwhile(port, pid, async () => {
    const end = Date.now() + SECONDS * 1_000
    await Promise.all(
      Array.from({ length: READERS }, async (_, reader) => {
        for (let n = reader; Date.now() < end; n += READERS) {
          answers.push(await get(port, routes(n)[n % 6] ?? '/', agent))
        }
      }),
    )
  })
  agent.destroy()
  record(`${READERS} heavy readers, ${SECONDS} s`, answers, reading.health, reading.grewMB)

  const many: Answered[] = []
  const atOnce = await meanwhile(port, pid, async () => {
    const asked = Array.from({ length: 200 }, (_, n) => get(port, `/feed.json?limit=${301 + (n % 200)}`, false))
    many.push(...(await Promise.all(asked)))
  })
  record('200 different pages at once', many, atOnce.health, atOnce.grewMB)

  for (const requests of [300, 2_500]) {
    const pipelined = await meanwhile(port, pid, async () => {
      const socket = net.connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.pause()
      socket.write('GET /feed.json?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(requests))
      for (const end = Date.now() + 5_000; Date.now() < end && residentMB(pid) < 4_000; ) {
        await new Promise(resolve => setTimeout(resolve, 50))
      }
      socket.destroy()
    })
    record(`${requests} on one connection, nothing read`, [], pipelined.health, pipelined.grewMB)
  }

  printTable(['', 'answered', 'refused', 'p50 ms', 'p99 ms', 'health p99', 'slowest', 'grew MB'], rows)
  printJson('load', { reports: FEEDS * ENTRIES, figures })
} finally {
  daemon.kill('SIGKILL')
  feeds.close()
  feeds.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
}
