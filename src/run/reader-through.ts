// A reader that stays the same while connections come and go behind it.
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
