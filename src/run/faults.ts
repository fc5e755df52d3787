// What only the running program can judge of a configuration, in the words of a configuration fault.
import { readFileSync } from 'node:fs'
import type { Fault } from '../config/faults.ts'
import { type Loaded, placed, sentence, TICK } from '../config/load.ts'
import type { Config } from '../model/config.ts'
import { isCron } from './ticker.ts'

/** A configuration that was read, judged by the running program too. `file` is where it stands. */
export function judged(loaded: Loaded, file: string): Loaded {
  if (!loaded.ok) return loaded
  const faults = tickFaults(loaded.config)
  if (faults.length === 0) return loaded
  const found = placed(faults, textOf(file))
  return { ok: false, faults: found.map(fault => sentence(file, fault)), found }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Expressions that are no cron expressions. */
export function tickFaults(config: Config): Fault[] {
  const faults: Fault[] = []
  const judge = (path: readonly PropertyKey[], expression: string): void => {
    if (!isCron(expression)) faults.push({ path, says: `${JSON.stringify(expression)} is not a cron expression` })
  }
  if (config.poll.tick !== TICK) judge(['poll', 'tick'], config.poll.tick)
  for (const [at, agency] of config.agencies.entries()) {
    for (const [n, { schedule }] of agency.feeds.entries()) {
      if (schedule != null) judge(['agencies', at, 'feeds', n, 'schedule'], schedule)
    }
  }
  return faults
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** Whether nobody but this machine reaches what listens there. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Whether other machines may read the site though nobody said under which address; null where that is not so. */
export function linkFault({ link, linkIsDefault, listen }: Config): string | null {
  if (!linkIsDefault || isLoopback(listen.host)) return null
  return `"listen" opens the site to other machines and "link" is not set: addresses in the feeds would begin with ${link}, and the ids of entries be made of it for good. Set "link" to the address readers will use`
}
