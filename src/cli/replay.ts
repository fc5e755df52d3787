// The command that tries a configuration on documents that were kept.
import { existsSync } from 'node:fs'
import { counted } from '../language/say.ts'
import { isPostgres, shownDatabase } from '../model/database.ts'
import { type Difference, replay } from '../run/replay.ts'
import { bodiesPath } from '../store/bodies.ts'
import { type Progress, progress } from './progress.ts'
import { type Common, configured, Failed, json, out, say } from './shared.ts'

/** Differences that are named; of others the number is given. */
const NAMED = 20

export async function replayInto(to: string, options: Common): Promise<void> {
  const config = configured(options)
  if (isPostgres(to)) throw new Failed('a replay is filed into a file: name one that is not there', 2)
  if (existsSync(to)) throw new Failed(`${to} is there: name a file that is not`, 2)
  if (!existsSync(bodiesPath(config.files))) {
    throw new Failed('no documents were kept: set "keep": {"bodies": "7d"}, and let Minwal poll for a while')
  }
  let bar: Progress | null = null
  const done = await replay(config, to, (reached, total) => {
    bar ??= progress(total, 'documents')
    bar.reached(reached)
  }).finally(() => bar?.end())
  if (!done.ok) throw new Failed(done.reason)
  if (options.json) return json(done.value)
  const { documents, reports, stories, threads } = done.value
  out(`${counted(documents, 'document', 'documents')} filed again into ${to}`)
  out(
    `${reports.both} reports as before, ${reports.only} in ${shownDatabase(config.database)} alone, ${reports.onlyReplayed} in ${to} alone`,
  )
  tell('stories', stories)
  tell('threads', threads)
}

function tell(what: string, differences: readonly Difference[]): void {
  out(
    `${differences.length === 0 ? 'no report is' : counted(differences.length, 'report is', 'reports are')} in other ${what}`,
  )
  for (const { title, agency, left, joined } of differences.slice(0, NAMED)) {
    out(`  ${agency}: ${title}`)
    if (left.length > 0) out(`    no longer with: ${left.slice(0, 3).join(' · ')}`)
    if (joined.length > 0) out(`    now with: ${joined.slice(0, 3).join(' · ')}`)
  }
  if (differences.length > NAMED) say(`${what}: and ${differences.length - NAMED} more; --json has all`)
}
