// Runs `minwal run` in a process of its own, knows where it serves, and reads its log.
import { onTestFinished } from 'vitest'
import { type Ended, type Running, start } from './cli.ts'
import { eventually } from './eventually.ts'

export interface Logged {
  msg: string
  level: number
  [field: string]: unknown
}

export interface RunningDaemon {
  /** Where it serves, like `http://127.0.0.1:4711`. */
  address: string
  pid: number
  /** What it has logged so far. */
  log(): Logged[]
  signal(name: NodeJS.Signals): void
  /** Send SIGTERM and wait for the end. */
  stop(): Promise<Ended>
  /** Resolves when it has ended, by whatever. */
  ended: Promise<Ended>
}

/** Each role is a process of its own, on the same database: `npm run test:roles`. */
const ROLES = process.env['MINWAL_TEST_ROLES'] === undefined ? [] : ['publish', 'desk', 'collect']

/** Whether it is one process, which counts all that is done. */
export const IS_ONE_PROCESS = ROLES.length === 0

/** Start it and wait until it says that it has started; it is killed when the test ends, if it still runs then. */
export async function daemon(config: string, env: Record<string, string> = {}): Promise<RunningDaemon> {
  const begin = (...part: string[]) => start(['run', '--config', config, ...part], { env })
  const all: Running[] = []
  onTestFinished(() => {
    for (const one of all) one.child.kill('SIGKILL')
  })
  const logOf = (one: Running): Logged[] =>
    one
      .stderr()
      .split('\n')
      // The last line may still be on its way.
      .slice(0, -1)
      // What ended it is told in a sentence.
      .filter(line => !line.startsWith('minwal:'))
      .map(line => JSON.parse(line) as Logged)
  const started = (one: Running): Logged | undefined => logOf(one).find(({ msg }) => msg === 'started')
  const haveStarted = () =>
    eventually('the daemon has started', () =>
      all.every(one => one.child.exitCode !== null || started(one) !== undefined),
    )
  // The one that serves comes first, and is begun last: a desk is there for those that would wait for it.
  for (const role of ROLES.slice(1)) {
    all.push(begin('--role', role))
    await haveStarted()
  }
  const running = begin(...ROLES.slice(0, 1).flatMap(role => ['--role', role]))
  all.unshift(running)
  await haveStarted()
  const address = started(running)?.['address']
  if (typeof address !== 'string') throw new Error(`the daemon ended at once: ${running.stderr()}`)
  return {
    address,
    pid: running.child.pid ?? 0,
    log: () => all.flatMap(logOf),
    signal: name => {
      for (const one of all) one.child.kill(name)
    },
    ended: running.ended,
    stop: async () => {
      for (const one of all) one.child.kill('SIGTERM')
      const [ended = await running.ended, ...others] = await Promise.all(all.map(one => one.ended))
      return others.find(({ code }) => code !== 0) ?? ended
    },
  }
}
