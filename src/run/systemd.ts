// Telling systemd how we are. Node cannot write to a datagram socket, so systemd's own tool does; the unit therefore says
// NotifyAccess=all. Without NOTIFY_SOCKET all of this does nothing.
import { execFile } from 'node:child_process'
import type { Log } from '../log.ts'

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

/** Tells systemd's watchdog again and again that all is well, for as long as it is. Returns what ends that. */
export function feedWatchdog(log: Log, isWorking: () => boolean): () => void {
  const patience = watchdogInterval(process.env)
  if (patience === null) return () => {}
  const timer = setInterval(() => {
    if (isWorking()) void notify(log, 'WATCHDOG=1')
  }, patience)
  return () => clearInterval(timer)
}

/** How a daemon tells systemd of itself; without `on` it tells nothing, whoever started the process. */
export interface Systemd {
  tell(...states: string[]): Promise<void>
  feedWatchdog(isWorking: () => boolean): () => void
}

export function systemd(log: Log, on: boolean): Systemd {
  return {
    tell: async (...states) => {
      if (on) await notify(log, ...states)
    },
    feedWatchdog: isWorking => (on ? feedWatchdog(log, isWorking) : () => {}),
  }
}
