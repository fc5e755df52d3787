// How long what is on file is kept: the settings, and the least that threads and copies need.
import type { RetainSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { type ConfigInput, toBytes, toMillis } from './schema.ts'

const DAY: Millis = 86_400_000

/** `threads.window` where the configuration does not set it. */
export const THREADS_WINDOW: Millis = 7 * DAY

/** Beyond the two windows in which new stories are compared with those on file. */
const MARGIN: Millis = 30 * DAY

/** The youngest that anything is deleted at. */
export function leastKept(window: Millis): Millis {
  return 2 * window + MARGIN
}

export function retainSettings(given: ConfigInput['retain'], window: Millis): RetainSettings | null {
  if (given === undefined) return null
  const { reports, revisions, polls = '30d', size } = given
  return {
    reports: reports === undefined ? null : toMillis(reports),
    revisions: revisions === undefined ? null : toMillis(revisions),
    polls: toMillis(polls),
    size: size === undefined ? null : toBytes(size),
    floor: leastKept(window),
  }
}
