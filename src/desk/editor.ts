// The editor's hand: threads and stories joined and parted by command. What is decided here is stored as a decision, which
// neither placing nor the review ever undoes, and can be exported as labelled items for `minwal eval`.

import { storyKey } from '../decide/file.ts'
import type { StoryDetail } from '../model/shown.ts'
import type { Millis, Outcome } from '../model/units.ts'
import type { Filing, Store } from '../store/store.ts'
import { absence } from './absence.ts'
import { judgeOrigin } from './origin.ts'

/** What an id on the command line names. */
export interface Named {
  what: 'thread' | 'story' | 'report'
  id: number
}

/**
 * Read `12`, `thread:12`, `story:12` or `report:12`, as the command line gives it; a plain number is a `fallback`. Null for
 * anything else.
 */
export function readNamed(text: string, fallback: Named['what']): Named | null {
  const found = /^(?:(thread|story|report):)?(\d{1,15})$/.exec(text.trim())
  return found ? { what: (found[1] as Named['what'] | undefined) ?? fallback, id: Number(found[2]) } : null
}

const failed = (reason: string): { ok: false; reason: string } => ({ ok: false, reason })

/** Ids with redirects followed, each once, ascending. */
function resolved(filing: Filing, what: 'story' | 'thread', ids: readonly number[]): number[] {
  return [...new Set(ids.map(id => filing.resolve(what, id)))].sort((a, b) => a - b)
}

const why = (now: Millis) => ({ at: now, by: 'editor' as const, score: null, reasons: [] })

/** Make one thread of several. The oldest keeps its id; the others redirect to it. Returns the id that remains. */
export function mergeThreads(store: Store, ids: readonly number[], now: Millis): Outcome<number> {
  return store.file<Outcome<number>>(filing => {
    const [kept, ...others] = resolved(filing, 'thread', ids)
    if (kept === undefined || others.length === 0) return failed('these are one thread already: nothing to merge')
    const missing = [kept, ...others].find(id => store.thread(id) === null)
    if (missing !== undefined) return failed(absence(store, 'thread', missing))
    for (const other of others) {
      const one = filing.storiesOf(kept)
      const added = filing.storiesOf(other)
      filing.mergeThreads(kept, other, why(now))
      filing.decide({ at: now, what: 'thread', kind: 'together', one, other: added })
    }
    return { ok: true, value: kept }
  })
}

/** Take stories out of a thread into one of their own, whose id is returned. */
export function splitThread(store: Store, thread: number, stories: readonly number[], now: Millis): Outcome<number> {
  return store.file<Outcome<number>>(filing => {
    const id = filing.resolve('thread', thread)
    const inside = filing.storiesOf(id)
    if (inside.length === 0) return failed(absence(store, 'thread', thread))
    const leaving = resolved(filing, 'story', stories)
    const stranger = leaving.find(story => !inside.includes(story))
    if (stranger !== undefined)
      return failed(`story ${stranger} is not in thread ${id}: \`minwal thread ${id}\` shows it`)
    const staying = inside.filter(story => !leaving.includes(story))
    if (staying.length === 0) return failed(`these are all stories of thread ${id}: leave at least one in it`)
    const opened = filing.splitThread(id, leaving, why(now))
    filing.decide({ at: now, what: 'thread', kind: 'apart', one: leaving, other: staying })
    return { ok: true, value: opened }
  })
}

/** Make one story of several: they are the same copy. The oldest keeps its id; the others redirect to it. */
export function mergeStories(store: Store, ids: readonly number[], now: Millis): Outcome<number> {
  return store.file<Outcome<number>>(filing => {
    const [kept, ...others] = resolved(filing, 'story', ids)
    if (kept === undefined || others.length === 0) return failed('these are one story already: nothing to merge')
    const missing = [kept, ...others].find(id => store.story(id) === null)
    if (missing !== undefined) return failed(absence(store, 'story', missing))
    for (const other of others) {
      const one = filing.reportsOf(kept)
      const added = filing.reportsOf(other)
      filing.mergeStories(kept, other, why(now))
      judgeOrigin(filing, kept)
      filing.decide({ at: now, what: 'story', kind: 'together', one, other: added })
    }
    return { ok: true, value: kept }
  })
}

/** Take reports out of a story: they are another piece of copy. Returns the id of their story, in the same thread. */
export function splitStory(store: Store, story: number, reports: readonly number[], now: Millis): Outcome<number> {
  return store.file<Outcome<number>>(filing => {
    const id = filing.resolve('story', story)
    const inside = filing.reportsOf(id)
    if (inside.length === 0) return failed(absence(store, 'story', story))
    const leaving = [...new Set(reports)].sort((a, b) => a - b)
    const stranger = leaving.find(report => !inside.includes(report))
    if (stranger !== undefined)
      return failed(`report ${stranger} is not in story ${id}: \`minwal explain ${id}\` lists them`)
    const staying = inside.filter(report => !leaving.includes(report))
    if (staying.length === 0) return failed(`these are all reports of story ${id}: leave at least one in it`)
    const first = store.report(leaving[0] ?? 0)
    const feed = first && store.feed(first.feed)
    if (!first || !feed) throw new Error(`report ${leaving[0]} has no feed`)
    const opened = filing.splitStory(id, leaving, storyKey(feed.url, first.guid), why(now))
    filing.decide({ at: now, what: 'story', kind: 'apart', one: leaving, other: staying })
    judgeOrigin(filing, id)
    judgeOrigin(filing, opened)
    return { ok: true, value: opened }
  })
}

/**
 * What editors decided, as labelled items for `minwal eval`: every story and report that a decision names, with the
 * thread and story it is in now as its labels.
 */
export function decisionItems(store: Store): object[] {
  const stories = new Map<number, StoryDetail>()
  const take = (id: number): void => {
    const story = store.story(store.redirect('story', id) ?? id)
    if (story) stories.set(story.id, story)
  }
  for (const { what, one, other } of store.decisions()) {
    for (const id of [...one, ...other]) {
      if (what === 'thread') take(id)
      else {
        const story = store.storyOf(id)
        if (story !== null) take(story)
      }
    }
  }
  return [...stories.values()].flatMap(story =>
    story.members.map(report => ({
      id: String(report.id),
      lang: report.language,
      title: report.title,
      text: report.text,
      source: report.agency,
      url: report.url,
      published: new Date(report.time).toISOString(),
      story: story.key,
      thread: story.threadKey,
    })),
  )
}
