// Telling systemd how we are. Node cannot write to a datagram socket, so systemd's own tool does; the unit therefore says
// NotifyAccess=all. Without NOTIFY_SOCKET all of this does nothing.
import { execFile } from 'node:child_process'
import type { Log } from '../log.ts'
import type { Millis } from '../model/units.ts'

/** Send state lines (`READY=1`, `STOPPING=1`, `WATCHDOG=1`, `STATUS=…`); resolves when systemd has them. */
export function notify(log: Log, ...states: string[]): Promise<void> {
  if (!process.env['NOTIFY_SOCKET']) return Promise.resolve()
  return new Promise(resolve => {
    // MAINPID says for whom the helper speaks.
    execFile('systemd-notify', [`--pid=${process.pid}`, ...states], { timeout: 5_000 }, error => {
      if (error) log.warn('systemd was not told', { states, error: error.message })
      resolve()
    })
  })
}

/** Half the watchdog's patience in milliseconds, or null where systemd watches nothing, or another process than `pid`. */
export function watchdogInterval(
  environment: Readonly<Record<string, string | undefined>>,
  pid = process.pid,
): number | null {
  const micros = Number(environment['WATCHDOG_USEC'])
  const watched = environment['WATCHDOG_PID']
  if (watched !== undefined && Number(watched) !== pid) return null
  return Number.isFinite(micros) && micros > 0 ? Math.max(500, micros / 2_000) : null
}

/** How often `systemctl status` is told how it stands. */
const STATUS_EVERY: Millis = 20_000

/**
 * Tells systemd again and again how it stands, and its watchdog that all is well, for as long as it is. Returns what ends that.
 */
export function keepTold(log: Log, status: () => string, isWorking: () => boolean): () => void {
  if (!process.env['NOTIFY_SOCKET']) return () => {}
  const patience = watchdogInterval(process.env)
  const timer = setInterval(
    () => void notify(log, status(), ...(patience !== null && isWorking() ? ['WATCHDOG=1'] : [])),
    Math.min(patience ?? STATUS_EVERY, STATUS_EVERY),
  )
  return () => clearInterval(timer)
}

/** Where systemd passes sockets on (sd_listen_fds(3)). */
const FIRST_SOCKET = 3

/** The descriptor of the listening socket that systemd opened for this process; null where it opened none. */
export function inheritedSocket(
  environment: Readonly<Record<string, string | undefined>>,
  pid = process.pid,
): number | null {
  const { LISTEN_PID, LISTEN_FDS } = environment
  return Number(LISTEN_PID) === pid && Number(LISTEN_FDS) >= 1 ? FIRST_SOCKET : null
}

/** How a daemon tells systemd of itself; without `on` it tells nothing, whoever started the process. */
export interface Systemd {
  tell(...states: string[]): Promise<void>
  /** As {@link keepTold}. */
  keepTold(status: () => string, isWorking: () => boolean): () => void
  /** As {@link inheritedSocket}. */
  readonly socket: number | null
}

export function systemd(log: Log, on: boolean): Systemd {
  return {
    tell: async (...states) => {
      if (on) await notify(log, ...states)
    },
    keepTold: (status, isWorking) => (on ? keepTold(log, status, isWorking) : () => {}),
    socket: on ? inheritedSocket(process.env) : null,
  }
}
