// What a run of retention would delete now: the same choice as desk/retention.ts makes, without leave to write.
import { type Cut, cutByAge, cutBySize, presentOf, staysBecause } from '../decide/retention.ts'
import type { RetainSettings } from '../model/config.ts'
import type { OldThread, PrunedCounts } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { RetentionReader, TextPlace } from '../store/pruning.ts'
import { bytesOf, LAST_REPORTS, NOTHING_PRUNED } from './retention.ts'

const THREADS = 500
const TEXTS = 1_000
/** More polls than this are not counted. */
const MOST_POLLS = 10_000_000

export interface Planned extends PrunedCounts {
  /** Threads that stay although they are old enough. */
  edited: number
  standing: number
  /** Times of the newest stories of the oldest and of the youngest thread that goes; null where none does. */
  oldest: Millis | null
  newest: Millis | null
  /** Bytes of the file that hold something, and how many of them go: an estimate, by the number of reports. */
  bytes: number
  bytesToGo: number
}

export function planned(reader: RetentionReader, settings: RetainSettings, now: Millis): Planned {
  const present = presentOf(now, reader.lastPublished(LAST_REPORTS))
  const bytes = bytesOf(reader)
  const { reports } = reader.indexed()
  const plan: Planned = {
    ...NOTHING_PRUNED,
    ...{ edited: 0, standing: 0, oldest: null, newest: null, bytes, bytesToGo: 0 },
  }
  const share = (): number => (reports === 0 ? 0 : plan.reports / reports)
  const aged = cutByAge(settings, present)
  if (aged !== null) take(plan, reader, aged)
  const left = { bytes: bytes * (1 - share()), reports: reports - plan.reports }
  const tight = cutBySize(settings, present, left)
  // All again, so that what goes by age is counted once.
  if (tight !== null) {
    Object.assign(plan, { ...NOTHING_PRUNED, edited: 0, standing: 0 }, { reports: 0 })
    take(plan, reader, { ...tight, reports: tight.reports + reports - left.reports })
  }
  plan.bytesToGo = Math.round(bytes * share())
  plan.polls = reader.oldPolls(now - settings.polls, MOST_POLLS)
  if (settings.revisions !== null) plan.revisions = textsBefore(reader, present - settings.revisions)
  return plan
}

function take(plan: Planned, reader: RetentionReader, cut: Cut): void {
  let after: OldThread | null = null
  for (;;) {
    const threads: OldThread[] = reader.oldThreads(cut.before, after, THREADS)
    for (const thread of threads) {
      if (plan.reports >= cut.reports) return
      const stays = staysBecause(thread, cut)
      if (stays === null) {
        plan.threads++
        plan.stories += thread.stories
        plan.reports += thread.reports
        plan.oldest ??= thread.last
        plan.newest = thread.last
      } else if (stays !== 'recent') plan[stays]++
    }
    after = threads.at(-1) ?? null
    if (threads.length < THREADS) return
  }
}

function textsBefore(reader: RetentionReader, before: Millis): number {
  let found = 0
  for (let after: TextPlace | null = null; ; ) {
    const { texts, next }: ReturnType<RetentionReader['oldTexts']> = reader.oldTexts(before, after, TEXTS)
    found += texts.length
    if (next === null) return found
    after = next
  }
}
