// Runs `minwal run` in a process of its own, knows where it serves, and reads its log.
import { onTestFinished } from 'vitest'
import { type Ended, start } from './cli.ts'
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

/** Start it and wait until it says that it has started; it is killed when the test ends, if it still runs then. */
export async function daemon(config: string, env: Record<string, string> = {}): Promise<RunningDaemon> {
  const running = start(['run', '--config', config], { env })
  onTestFinished(() => void running.child.kill('SIGKILL'))
  const log = (): Logged[] =>
    running
      .stderr()
      .split('\n')
      // The last line may still be on its way.
      .slice(0, -1)
      // What ended it is told in a sentence.
      .filter(line => !line.startsWith('minwal:'))
      .map(line => JSON.parse(line) as Logged)
  const started = (): Logged | undefined => log().find(({ msg }) => msg === 'started')
  await eventually('the daemon has started', () => running.child.exitCode !== null || started() !== undefined)
  const address = started()?.['address']
  if (typeof address !== 'string') throw new Error(`the daemon ended at once: ${running.stderr()}`)
  return {
    address,
    pid: running.child.pid ?? 0,
    log,
    signal: name => void running.child.kill(name),
    ended: running.ended,
    stop: () => {
      running.child.kill('SIGTERM')
      return running.ended
    },
  }
}
