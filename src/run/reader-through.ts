// A reader that stays the same while connections come and go behind it.
import type { RowReader } from '../model/listed.ts'
import type { Reader } from '../model/shown.ts'

/** `current` is asked at every call. */
export function readerThrough(current: () => Reader): Reader {
  return {
    version: () => current().version(),
    tagAuthority: () => current().tagAuthority(),
    agencies: () => current().agencies(),
    feeds: () => current().feeds(),
    recentStories: selection => current().recentStories(selection),
    recentThreads: selection => current().recentThreads(selection),
    threads: ids => current().threads(ids),
    story: id => current().story(id),
    thread: id => current().thread(id),
    outlines: (...asked) => current().outlines(...asked),
    languages: since => current().languages(since),
    work: (until, days) => current().work(until, days),
    lacked: (...asked) => current().lacked(...asked),
    polls: (...asked) => current().polls(...asked),
    pollsOf: (...asked) => current().pollsOf(...asked),
    grown: since => current().grown(since),
    feedTotals: () => current().feedTotals(),
    figures: thread => current().figures(thread),
    figuresOf: threads => current().figuresOf(threads),
    timelines: (threads, most) => current().timelines(threads, most),
    beginnings: stories => current().beginnings(stories),
    pageTexts: stories => current().pageTexts(stories),
    redirect: (what, id) => current().redirect(what, id),
    isPruned: (what, id) => current().isPruned(what, id),
    mergedInto: (what, id) => current().mergedInto(what, id),
    mergedOfLate: (what, into) => current().mergedOfLate(what, into),
    threadMarks: (...asked) => current().threadMarks(...asked),
    together: work => current().together(work),
    search: (words, limit) => current().search(words, limit),
    totals: () => current().totals(),
  }
}

/** The same for what the API reads. */
export function rowsThrough(current: () => RowReader): RowReader {
  return {
    threadRows: choice => current().threadRows(choice),
    storyRows: choice => current().storyRows(choice),
    threadRow: id => current().threadRow(id),
    storyRow: id => current().storyRow(id),
    storyTexts: (stories, characters) => current().storyTexts(stories, characters),
    reportRows: choice => current().reportRows(choice),
    reportRow: id => current().reportRow(id),
    revisionRows: report => current().revisionRows(report),
    creditRows: report => current().creditRows(report),
    figureRows: choice => current().figureRows(choice),
    linkRows: thread => current().linkRows(thread),
    agencyRows: choice => current().agencyRows(choice),
    feedRows: choice => current().feedRows(choice),
    pollRows: (feed, limit) => current().pollRows(feed, limit),
    together: work => current().together(work),
  }
}
