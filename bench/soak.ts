// Does the daemon hold under load for as long as one likes? The real `minwal run` polls agencies that never stop filing,
// while readers ask for pages and feeds. Checked at the end: every entry ever served is on file exactly once, memory has
// not grown since the warm-up, the database is sound, and the daemon stops when it is told to.
//
//   node bench/soak.ts [--minutes 10] [--feeds 200] [--items 30] [--bound 96]
//
// --bound is how many MB of memory may be added between the middle and the last third of the run. Prints figures, one
// JSON line and what failed; the exit code is 1 where something did. Skips, saying so, where
// ../shared/tools/feedserver.mjs is absent.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openStore } from '../src/store/open.ts'
import { audit } from '../tests/helpers/audit.ts'
import type { FeedServer } from './helpers.ts'
import {
  configuration,
  freePort,
  median,
  printJson,
  printTable,
  rounded,
  skipped,
  startFeedServer,
  startMinwal,
} from './helpers.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    feeds: { type: 'string', default: '200' },
    items: { type: 'string', default: '30' },
    bound: { type: 'string', default: '96' },
  },
})
const minutes = Number(values.minutes)
const feeds = Number(values.feeds)
const items = Number(values.items)
const bound = Number(values.bound)

const DAY = 86_400_000
/** Of all feeds, those that file at each tick, and how much: one feed in twenty, two entries, every second. */
const TICK = '/tick?share=0.05&k=2'
const PAGES = ['/', '/feed.atom', '/feed.json', '/threads.rss', '/feeds', '/search?q=minister', '/metrics']

/** Resident memory in MB, where the system tells. */
function residentMB(pid: number): number | null {
  const file = `/proc/${pid}/status`
  const kilobytes = existsSync(file) ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(file, 'utf8'))?.[1] : undefined
  return kilobytes === undefined ? null : Number(kilobytes) / 1_024
}

interface Readings {
  memory: number[]
  pageMs: number[]
  pageFailures: string[]
  ticks: number
}

/** Tick, read pages and take memory's measure, once a second, until the time is up. */
async function load(server: FeedServer, address: string, pid: number): Promise<Readings> {
  const readings: Readings = { memory: [], pageMs: [], pageFailures: [], ticks: 0 }
  const end = Date.now() + minutes * 60_000
  for (let second = 0; Date.now() < end; second++) {
    const next = Date.now() + 1_000
    await server.post(TICK)
    readings.ticks++
    const page = PAGES[second % PAGES.length] ?? '/'
    const started = performance.now()
    const status = await fetch(address + page, { signal: AbortSignal.timeout(30_000) }).then(
      async response => {
        await response.arrayBuffer()
        return String(response.status)
      },
      (error: unknown) => String(error),
    )
    readings.pageMs.push(performance.now() - started)
    if (status !== '200') readings.pageFailures.push(`${page}: ${status}`)
    const memory = residentMB(pid)
    if (memory !== null) readings.memory.push(memory)
    await pause(Math.max(0, next - Date.now()))
  }
  return readings
}

/** Reports on file, as another process sees them. */
function onFile(database: string): { reports: number; stories: number } {
  const opened = openStore({ path: database, readOnly: true })
  if (!opened.ok) return { reports: 0, stories: 0 }
  try {
    return opened.value.totals()
  } finally {
    opened.value.close()
  }
}

async function until(within: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const end = Date.now() + within
  while (Date.now() < end) {
    if (await holds()) return true
    await pause(200)
  }
  return false
}

async function soak(server: FeedServer, folder: string): Promise<void> {
  const database = path.join(folder, 'soak.db')
  const config = path.join(folder, 'config.json')
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const listen = `127.0.0.1:${port}`
  const poll = { tick: '* * * * * *', minInterval: '1s', maxInterval: '5s' }
  writeFileSync(config, JSON.stringify(configuration(server.origin, feeds, { database, listen, poll })))
  const faults: string[] = []
  const daemon = startMinwal(['run', '--config', config])
  try {
    const answers = () =>
      fetch(`${address}/healthz`).then(
        response => response.ok,
        () => false,
      )
    if (!(await until(30_000, answers))) throw new Error('the daemon did not answer within 30 s')
    if (!(await until(300_000, () => onFile(database).reports >= feeds * items))) {
      throw new Error('the first polls took longer than five minutes')
    }
    const start = onFile(database)
    const readings = await load(server, address, daemon.child.pid ?? 0)
    const served = await server.get('/truth')
    await until(120_000, () => onFile(database).reports >= Number(served['entries']))
    const stats = await server.get('/stats')
    daemon.child.kill('SIGTERM')
    const stopped = await Promise.race([daemon.ended, pause(30_000, 'still running after 30 s')])
    if (stopped !== 0) faults.push(`the daemon did not stop cleanly: ${String(stopped)}`)

    const { reports, stories } = onFile(database)
    if (reports !== served['entries']) faults.push(`${String(served['entries'])} entries served, ${reports} on file`)
    // Same text under another address is told by the window of recent stories, which is empty here; same address is not.
    if (stories > Number(served['distinctCanonicalLink'])) {
      faults.push(`${stories} stories of ${String(served['distinctCanonicalLink'])} addresses`)
    }
    faults.push(...audit(database))
    faults.push(...new Set(readings.pageFailures))
    // The heap breathes: middles of thirds are compared, not moments. The first third is the warm-up.
    const third = Math.floor(readings.memory.length / 3)
    const warm = median(readings.memory.slice(third, 2 * third))
    const late = median(readings.memory.slice(2 * third))
    if (readings.memory.length < 3) process.stderr.write('bench/soak: memory is not judged, it could not be read\n')
    if (late - warm > bound) faults.push(`memory grew by ${rounded(late - warm)} MB after the warm-up`)

    const figures = {
      minutes,
      feeds,
      ticks: readings.ticks,
      served: Number(served['entries']),
      reports,
      stories,
      filedUnderLoad: reports - start.reports,
      requests: Number(stats['requests']),
      notModified: Number(stats['r304']),
      memoryWarmMB: rounded(warm, 0),
      memoryLateMB: rounded(late, 0),
      memoryPeakMB: rounded(Math.max(...readings.memory), 0),
      pageMedianMs: rounded(median(readings.pageMs)),
      pageSlowestMs: rounded(Math.max(...readings.pageMs), 0),
      databaseMB: rounded(statSync(database).size / 1e6),
    }
    printTable(['soak', 'figure'], Object.entries(figures))
    printJson('soak', { ...figures, faults })
  } finally {
    daemon.child.kill('SIGKILL')
    await daemon.ended
  }
  for (const fault of faults) process.stderr.write(`bench/soak: ${fault}\n`)
  if (faults.length > 0) process.exitCode = 1
}

// Dated a month back, every story leaves the window of active threads as soon as it has entered: what still grows, leaks.
const base = Math.floor(Date.now() / DAY - 30) * DAY
const server = await startFeedServer({ feeds, items, seconds: minutes * 60 + 900, base })
if (!server) skipped('soak', '../shared/tools/feedserver.mjs')
else {
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-soak-'))
  try {
    await soak(server, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await server.stop()
  }
}
