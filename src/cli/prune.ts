// The command that deletes what is older than the configuration keeps.
import { counted } from '../language/say.ts'
import type { PrunedCounts } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Planned } from '../run/aggregator.ts'
import { tooLarge } from '../run/retention.ts'
import { progress } from './progress.ts'
import { aggregatorOnFile, type Common, Failed, json, out, say } from './shared.ts'
import { moment, zone } from './shown.ts'

const NOTHING_IS_DELETED =
  'nothing is pruned: the configuration has no "retain"; docs/configuration.md says what it may hold'

export async function prune(options: Common & { dryRun?: boolean }): Promise<void> {
  const { aggregator, config } = await aggregatorOnFile(options)
  try {
    const plan = aggregator.planPruning()
    if (!plan.ok) throw new Failed(plan.reason)
    const settings = config.retain ?? null
    if (plan.value === null || settings === null) {
      if (options.json) json({ dryRun: options.dryRun === true, retain: null })
      say(NOTHING_IS_DELETED)
      return
    }
    if (options.dryRun) {
      if (options.json) json({ dryRun: true, ...planJson(plan.value) })
      else out(planLines(plan.value, 'would go').join('\n'))
      return
    }
    if (!options.json) out(planLines(plan.value, 'to go').join('\n'))
    const { reports, revisions, polls } = plan.value
    const bar = progress(reports + revisions + polls, 'reports, earlier texts and polls')
    const gone = (counts: PrunedCounts): void => bar.reached(counts.reports + counts.revisions + counts.polls)
    const pruned = await aggregator.prune(gone).finally(() => bar.end())
    if (!pruned.ok) throw new Failed(pruned.reason)
    if (pruned.value === null) return
    const { edited, standing, bytesBefore, bytes, free } = pruned.value
    const large = tooLarge(pruned.value, settings)
    if (options.json) {
      const { threads, stories, reports, revisions, polls } = pruned.value
      const counts = { threads, stories, reports, revisions, polls, edited, standing }
      json({ dryRun: false, ...counts, bytesBefore, bytes, free, tooLarge: large })
    } else
      out(
        `pruned: ${countWords(pruned.value)}${bytesBefore === 0 ? '' : `; the database holds ${megabytes(bytes)}, and held ${megabytes(bytesBefore)}`}`,
      )
    if (free !== null) {
      say(
        `${megabytes(free.bytes)} of the file stay free and are used again: it was not made smaller, because ${free.reason}`,
      )
    }
    if (large !== null) say(large)
  } finally {
    await aggregator.stop()
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const iso = (time: Millis | null): string | null => (time === null ? null : new Date(time).toISOString())

function planJson({ oldest, newest, ...plan }: Planned) {
  return { ...plan, oldest: iso(oldest), newest: iso(newest) }
}

function countWords({ threads, stories, reports, revisions, polls }: PrunedCounts): string {
  const words = [
    counted(threads, 'thread', 'threads'),
    counted(stories, 'story', 'stories'),
    counted(reports, 'report', 'reports'),
    counted(revisions, 'earlier text', 'earlier texts'),
    counted(polls, 'poll', 'polls'),
  ]
  return words.join(', ')
}

function planLines(plan: Planned, what: string): string[] {
  const { oldest, newest, edited, standing, bytesToGo, reports, revisions, polls } = plan
  const lines: string[] = []
  if (reports + revisions + polls === 0) lines.push('nothing is older than "retain" keeps it')
  else lines.push(`${what}: ${countWords(plan)}`)
  if (oldest !== null && newest !== null) {
    lines.push(
      `last news of these threads from ${moment(oldest)} to ${moment(newest)} ${zone}${bytesToGo === 0 ? '' : `, some ${megabytes(bytesToGo)}`}`,
    )
  }
  if (edited + standing > 0) {
    lines.push(
      `as old and staying: ${counted(edited, 'thread', 'threads')} that an editor touched, ${standing} with a report that stands in its feed`,
    )
  }
  return lines
}
