// What only the running program can judge of a configuration, in the words of a configuration fault.
import { TICK } from '../config/load.ts'
import type { Config } from '../model/config.ts'
import { isCron } from './ticker.ts'

/** Expressions that are no cron expressions. */
export function tickFaults(config: Config): string[] {
  const faults: string[] = []
  const judge = (key: string, expression: string): void => {
    if (!isCron(expression)) faults.push(`${key}: ${JSON.stringify(expression)} is not a cron expression`)
  }
  if (config.poll.tick !== TICK) judge('poll.tick', config.poll.tick)
  for (const [at, agency] of config.agencies.entries()) {
    for (const [n, { schedule }] of agency.feeds.entries()) {
      if (schedule != null) judge(`agencies[${at}].feeds[${n}].schedule`, schedule)
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
