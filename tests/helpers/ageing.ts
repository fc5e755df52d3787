// Makes news on file older than they are, as though they had been filed so long ago: every time of their threads.
import { openRows } from './rows.ts'

const DAY = 86_400_000

/** The threads with reports of these guids, or all. They do not stand in their feeds any more. */
export function age(database: string, days: number, guids: readonly string[] | null = null): void {
  const by = days * DAY
  const quoted = (guids ?? []).map(guid => `'${guid.replaceAll("'", "''")}'`)
  const threads = `(select s.thread from x_reports r join x_stories s on s.id = r.story
    where ${guids === null ? '1 = 1' : `r.guid in (${quoted.join(', ')})`})`
  const stories = `(select id from x_stories where thread in ${threads})`
  const reports = `(select id from x_reports where story in ${stories})`
  const statements = [
    `update x_revisions set seen = seen - ${by} where report in ${reports}`,
    `update x_figures set seen = seen - ${by} where report in ${reports}`,
    `update x_reports set published = published - ${by}, updated = updated - ${by}, first_seen = first_seen - ${by},
       last_seen = last_seen - ${by}, changed = changed - ${by}, time = time - ${by} where id in ${reports}`,
    `update x_thread_agencies set first = first - ${by} where thread in ${threads}`,
    `update x_story_features set time = time - ${by} where story in ${stories}`,
    `update x_report_features set time = time - ${by} where report in ${reports}`,
    `update x_stories set time = time - ${by}, updated = updated - ${by} where id in ${stories}`,
    `update x_threads set first = first - ${by}, last = last - ${by}, updated = updated - ${by} where id in ${threads}`,
  ]
  const db = openRows(database, { readonly: false })
  try {
    db.exec(['begin immediate', ...statements, 'commit'].join(';\n'))
  } finally {
    db.close()
  }
}
