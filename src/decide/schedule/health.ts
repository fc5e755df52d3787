// Whether the daemon does its work, from facts. Pure. All times are of a clock that nobody sets.

import { duration } from '../../language/say.ts'
import type { Millis } from '../../model/units.ts'

/** A look for due feeds that is later than this did not come. */
const LATE: Millis = 5 * 60_000
/** A desk that says nothing for longer than this hangs: making the indexes of recent news takes seconds. */
const LONG_SILENCE: Millis = 2 * 60_000
/** Other programs may hold the file for so long before that is more than waiting. */
const LONG_LOCK: Millis = 60_000

export interface HealthFacts {
  now: Millis
  /** When due feeds were last looked for. */
  looked: Millis
  /** When the next look should come, as seen at the last. */
  expected: Millis
  /** Feeds waiting or being polled. */
  pending: number
  /** What this process does of the work, where others do the rest, and whether that is to look for due feeds. */
  part: { does: string; looks: boolean } | null
  /** For how long the oldest poll under way has run, without the time it waited for the file; null where none runs. */
  oldestPoll: Millis | null
  /** What a poll may take, with all its timeouts. */
  longestPoll: Millis
  /** How long the thread that files has said nothing, though it speaks every second. */
  deskSilence: Millis
  /** What keeps writes waiting. */
  trouble: { kind: 'locked' | 'failing'; reason: string; ms: Millis } | null
  /** What has become of the database file, in a sentence; null while it is the one that was opened. */
  lost: string | null
}

export interface Judged {
  /** Polls are made and stored. */
  live: boolean
  /** Starting anew would not help: nothing hangs here. What systemd's watchdog is told. */
  working: boolean
  /** What was polled can be stored. */
  storing: boolean
  /** Why nothing can be stored, for a user; null where it can. */
  fault: string | null
  detail: string
}

export function judgeHealth(facts: HealthFacts): Judged {
  const { now, looked, expected, pending, part, oldestPoll, longestPoll, deskSilence, trouble, lost } = facts
  const hangs = oldestPoll !== null && oldestPoll > longestPoll
  const late = now > expected + LATE
  const mute = deskSilence > LONG_SILENCE
  const working = !hangs && !late && !mute
  const fault =
    lost ??
    (trouble === null
      ? null
      : `nothing has been stored for ${duration(Math.max(1_000, trouble.ms))}: ${trouble.reason}`)
  const storing = lost === null && (trouble === null || (trouble.kind === 'locked' && trouble.ms < LONG_LOCK))
  const looks = `last look for due feeds ${Math.round((now - looked) / 1_000)} s ago, ${pending} feeds being polled`
  const details = [...(part === null ? [] : [part.does]), ...(part === null || part.looks ? [looks] : [])]
  if (late) details.push('no look for due feeds came when it should have')
  if (hangs) details.push(`a poll has not come to its end for ${duration(oldestPoll ?? 0)}`)
  if (mute) details.push(`the thread that files has said nothing for ${duration(deskSilence)}`)
  if (fault !== null) details.push(fault)
  return { live: working && storing, working, storing, fault, detail: details.join('; ') }
}
