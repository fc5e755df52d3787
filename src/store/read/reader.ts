// Everything that is read outside a filing, over the prepared statements of one connection.
import { noticeReader } from '../notices.ts'
import { sourceReader } from '../sources.ts'
import type { Sql } from '../sql.ts'
import type { StoreReader } from '../store.ts'
import { feedReader } from './feeds.ts'
import { rowReader } from './listed.ts'
import { markReader } from './marks.ts'
import { outlineReader } from './outlines.ts'
import { pageReader } from './pages.ts'
import { retentionReader } from './retention.ts'
import { storyReader } from './stories.ts'
import { threadReader } from './threads.ts'
import { workReader } from './work.ts'

/** What SQL alone answers; subscriptions stand in a file of their own. */
export type SqlReader = Omit<
  StoreReader,
  'subscription' | 'subscriptionById' | 'subscriptionsDue' | 'subscribers' | 'integrity' | 'close'
>

/**
 * Every method sees one state of the file, though it asks several statements and others write meanwhile; `together` makes
 * that so of several methods.
 */
export function createReader(
  sql: Sql,
  snapshot: <T>(work: () => T) => T,
): SqlReader & { polled(feeds: readonly number[]): Set<number> } {
  const stories = storyReader(sql)
  const feeds = feedReader(sql)
  const threads = threadReader(sql, stories)
  const outlines = outlineReader(sql)
  const work = workReader(sql)
  const rows = rowReader(sql)
  const retention = retentionReader(sql)
  const marks = markReader(sql)
  return {
    ...feeds,
    ...noticeReader(sql),
    ...sourceReader(sql),
    ...pageReader(sql),
    report: id => snapshot(() => stories.report(id)),
    storyOf: stories.storyOf,
    story: id => snapshot(() => stories.story(id)),
    recentStories: selection => snapshot(() => stories.recentStories(selection)),
    beginnings: stories.beginnings,
    pageTexts: stories.pageTexts,
    search: (words, limit) => snapshot(() => stories.search(words, limit)),
    ...threads,
    ...rows,
    threadRows: choice => snapshot(() => rows.threadRows(choice)),
    storyRows: choice => snapshot(() => rows.storyRows(choice)),
    reportRows: choice => snapshot(() => rows.reportRows(choice)),
    ...retention,
    oldThreads: (...asked) => snapshot(() => retention.oldThreads(...asked)),
    ...work,
    work: (until, days) => snapshot(() => work.work(until, days)),
    lacked: (...asked) => snapshot(() => threads.lacked(...asked)),
    languages: outlines.languages,
    grown: outlines.grown,
    outlines: (...asked) => snapshot(() => outlines.outlines(...asked)),
    thread: id => snapshot(() => threads.thread(id)),
    threads: ids => snapshot(() => threads.threads(ids)),
    timelines: (...asked) => snapshot(() => threads.timelines(...asked)),
    recentThreads: selection => snapshot(() => threads.recentThreads(selection)),
    threadMarks: (...asked) => snapshot(() => marks.threadMarks(...asked)),
    together: snapshot,
  }
}
