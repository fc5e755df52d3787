// Counts anew what the tables claim of one another and does not hold: over either engine.
import type { StoreFacts } from '../model/inspected.ts'
import { countStories, recountThread } from './counts.ts'
import { STORE_RULES } from './rules.ts'
import { bumpVersion, type WritableSql } from './sql.ts'

/** How many agencies, feeds, stories and threads were counted. Runs in the transaction of whoever calls it. */
export function recount(sql: WritableSql, broken: StoreFacts['broken']): number {
  const ids = (what: 'story' | 'thread'): number[] => [
    ...new Set(broken.filter(({ counts }) => counts === what).flatMap(found => found.ids.map(Number))),
  ]
  let counted = 0
  if (broken.some(({ counts }) => counts === 'agency' || counts === 'feed')) counted += countSources(sql)
  const stories = ids('story')
  const threads = new Set(countStories(sql, new Map(stories.map(id => [id, 0])))().map(({ thread }) => thread))
  for (const thread of ids('thread')) threads.add(thread)
  // What threads claim follows from their stories.
  for (const { query, counts } of STORE_RULES) {
    if (counts === 'thread') for (const row of sql.all(query)) threads.add(Number(Object.values(row)[0]))
  }
  for (const thread of threads) recountThread(sql, thread, 0)
  bumpVersion(sql)
  return counted + stories.length + threads.size
}

/** Reports of agencies and feeds. */
function countSources(sql: WritableSql): number {
  const agencies = sql.run(
    `update x_agencies set reports = (select count(*) from x_reports r where r.agency = x_agencies.id)
     where reports <> (select count(*) from x_reports r where r.agency = x_agencies.id)`,
  )
  const feeds = sql.run(
    `update x_feeds set reports = (select count(*) from x_reports r where r.feed = x_feeds.id)
     where reports <> (select count(*) from x_reports r where r.feed = x_feeds.id)`,
  )
  return agencies.changes + feeds.changes
}
