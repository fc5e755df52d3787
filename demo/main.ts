// `npm run demo`: the real daemon on sample wires, the first week of January 2022 played in two minutes. Only the clock is
// another; everything else is what `npm start` runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseConfig } from '../src/config/load.ts'
import { createLog } from '../src/log.ts'
import type { Config } from '../src/model/config.ts'
import type { Millis } from '../src/model/units.ts'
import { type Daemon, startDaemon } from '../src/run/daemon.ts'
import { stopSignal } from '../src/run/signals.ts'
import { serveAgencies } from './agencies.ts'
import { feedOf, readWires, type Wires } from './documents.ts'

const WEEK_STARTS = Date.parse('2022-01-02T00:00:00Z')
const WEEK_ENDS = Date.parse('2022-01-09T00:00:00Z')
const HOUR: Millis = 3_600_000
const DATABASE = fileURLToPath(new URL('../data/demo.db', import.meta.url))
const WIRES = new URL('../data/demo/', import.meta.url)

const usage = `Usage: npm run demo -- [--at end] [--seconds 120] [--port 8080] [--lang ar] [--database FILE]

Plays a week of ten agencies' wires in two minutes (--seconds), or begins at its end (--at end).`

async function main(): Promise<number> {
  const options = readOptions()
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${usage}\n`)
    return 2
  }
  const wires = readWires(WIRES)
  const clock = new Clock()
  const agencies = await serveAgencies(wires, clock.now)
  for (const suffix of ['', '-wal', '-shm', '.private', '.private-wal', '.private-shm', '.key'])
    rmSync(options.database + suffix, { force: true })
  const text = configText(wires, agencies.origin, options)
  const config = demoConfig(text)
  const log = createLog('error', process.stderr.isTTY === true)
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const start = (port: number) =>
    startDaemon({ config: { ...config, listen: { ...config.listen, port } }, log, version, now: clock.now })
  let started = await start(options.port)
  // The usual port is often taken; a demo should not fail for that.
  if (!started.ok && started.reason.includes('in use')) started = await start(0)
  if (!started.ok) {
    process.stderr.write(`minwal: ${started.reason}\n`)
    await agencies.close()
    return 1
  }
  const daemon = started.value
  const file = `${options.database.replace(/\.db$/, '')}.config.json`
  writeFileSync(file, text)
  process.stdout.write(welcome(daemon.address, fromHere(file), fromHere(options.database)))
  const stopped = stopSignal()
  const run = options.at === 'end' ? catchUp(daemon, clock) : clock.play(options.seconds * 1_000)
  process.stdout.write(
    options.at === 'end'
      ? 'Catching up with the week …\n'
      : `The week takes ${options.seconds} seconds. Ctrl-C stops it.\n`,
  )
  await Promise.race([run.then(() => daemon.tick()).then(() => announce(daemon)), stopped])
  await stopped
  await daemon.stop()
  await agencies.close()
  return 0
}

/** A path as one would type it in this folder. */
function fromHere(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}

/** What to read and to type, each line as it works. */
function welcome(address: string, config: string, database: string): string {
  const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
  const there = database === fromHere(DATABASE) ? '--demo' : `--config ${quoted(config)}`
  return `Ten agencies file the first week of January 2022: eight by feeds, one by news maps, one by the list of a page. Read them as one:

    page      ${address}/
    feed      ${address}/feed.atom
    threads   npx minwal threads ${there}
    why       npx minwal explain thread:1 ${there}
    search    npx minwal search Kazakhstan ${there}
    file      sqlite3 -readonly ${quoted(database)} 'select title, stories, agencies from thread order by stories desc limit 10'

Every other command of the README works with the same ${there.split(' ', 1)[0]}.

`
}

function announce(daemon: Daemon): void {
  process.stdout.write(`The week is over: ${daemon.address}/ stays up until Ctrl-C.\n`)
}

interface Options {
  at: 'start' | 'end'
  seconds: number
  port: number
  lang: string
  database: string
}

function readOptions(): Options | string {
  try {
    const { values } = parseArgs({
      options: {
        at: { type: 'string', default: 'start' },
        seconds: { type: 'string', default: '120' },
        port: { type: 'string', default: '8080' },
        lang: { type: 'string', default: 'en' },
        database: { type: 'string', default: DATABASE },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'The demo.'
    const seconds = Number(values.seconds)
    const port = Number(values.port)
    if (values.at !== 'start' && values.at !== 'end') return `--at ${values.at}: it must be start or end`
    if (!(seconds >= 1 && seconds <= 86_400)) return `--seconds ${values.seconds}: it must be 1 to 86400`
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) return `--port ${values.port}: it must be 0 to 65535`
    return { at: values.at, seconds, port, lang: values.lang, database: resolve(values.database) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Shows a moment of the week; after its end it runs as fast as any clock. */
class Clock {
  #moment: Millis = WEEK_STARTS
  #reached: (() => Millis) | null = null

  readonly now = (): Millis => this.#reached?.() ?? this.#moment

  set(moment: Millis): void {
    this.#moment = moment
  }

  /** Run through the week within `span` real milliseconds; resolves at its end. */
  play(span: number): Promise<void> {
    const began = Date.now()
    this.#reached = () => Math.min(WEEK_ENDS, WEEK_STARTS + ((Date.now() - began) / span) * (WEEK_ENDS - WEEK_STARTS))
    // Unreferenced: Ctrl-C in the middle of the week ends the process, not only the daemon.
    return new Promise(resolve => setTimeout(() => resolve(this.stay()), span).unref())
  }

  /** From now on time passes as it does. */
  stay(): void {
    const since = Date.now()
    this.#reached = () => WEEK_ENDS + (Date.now() - since)
  }
}

/** Step through the week hour by hour, as fast as polls allow, so that revisions and vanished reports are seen. */
async function catchUp(daemon: Daemon, clock: Clock): Promise<void> {
  for (let moment = WEEK_STARTS; moment < WEEK_ENDS; moment += HOUR) {
    clock.set(moment)
    await daemon.tick()
  }
  clock.stay()
}

/** The demo's configuration, as a file that the commands read too. */
function configText(wires: readonly Wires[], origin: string, options: Options): string {
  const whole = {
    title: options.lang === 'ar' ? 'منوال' : 'Minwal',
    language: options.lang,
    database: options.database,
    listen: `127.0.0.1:${options.port === 0 ? 8080 : options.port}`,
    poll: { tick: '* * * * * *', allowPrivate: true, perHost: 8, minInterval: '5m', maxInterval: '45m' },
    // Ten agencies write far less than the hundreds the default is tuned on; with few stories a lower bar joins rightly.
    threads: { threshold: 0.22 },
    publish: { frontPage: '3d' },
    // Its week lies years back for commands, whose clock is the machine's.
    retain: { reports: '3650d' },
    agencies: wires.map(one => ({ ...one.agency, feeds: [feedOf(one, origin)] })),
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

function demoConfig(text: string): Config {
  const parsed = parseConfig(text, 'the demo', {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  return parsed.config
}

process.exitCode = await main()
