// Carries out what a review proposes, in the store and in the window alike, and tells threads beside which others they are
// shown. When it does follows from what is stored: a document of another hour than the last is preceded by the whole review
// of that hour. How far it has come is stored with each step, so it may stop after any of them, in this process or another.
import { ThreadIndex } from '../decide/thread/place.ts'
import type { Step } from '../decide/thread/plan.ts'
import { idOf, nextPlan, nextPlanFor, type Progress } from '../decide/thread/review.ts'
import { storylines } from '../decide/thread/telling.ts'
import type { Millis } from '../model/units.ts'
import type { Filing } from '../store/store.ts'
import type { ActiveWindow } from './window.ts'

const HOUR: Millis = 3_600_000
/** Hours between the times of two polls that run side by side: so much is no clock set back. */
const CLOCK_SLIP = 2

/** The names under which the store keeps how far the review has come, and the linking of threads after it. */
const MARKS = {
  hour: 'review_hour',
  until: 'review_until',
  reviewed: 'reviewed_story',
  covered: 'review_covered',
  round: 'review_round',
  /** Stories up to this one, and regroupings up to that one, are of threads that were linked. */
  linked: 'linked_story',
  linkedRegrouping: 'linked_regrouping',
  /** The linking under way: the regroupings up to this one, 0 for none; of their threads, in order, those up to that one. */
  linkUntil: 'link_until',
  linkedThread: 'linked_thread',
} as const

/** Whether a document of this time must wait for a review, or for the rest of one. */
export function isReviewDue(filing: Pick<Filing, 'mark'>, now: Millis): boolean {
  const hour = filing.mark(MARKS.hour)
  return startsReview(hour, now) || filing.mark(MARKS.linked) < filing.mark(MARKS.until)
}

/** The hour of the last review that was begun. */
export const reviewedHour = (filing: Pick<Filing, 'mark'>): number => filing.mark(MARKS.hour)

/**
 * Whether a document of this time begins a review, given the hour of the last one. An hour that is still to come was
 * reviewed by a clock that was ahead.
 */
export function startsReview(reviewed: number, now: Millis): boolean {
  const hour = Math.floor(now / HOUR)
  return reviewed < hour || reviewed > hour + CLOCK_SLIP
}

/** Do the next step of a review that is due. Returns whether there was one. */
export function reviewStep(filing: Filing, window: ActiveWindow, now: Millis): boolean {
  if (startsReview(filing.mark(MARKS.hour), now)) {
    filing.setMark(MARKS.hour, Math.floor(now / HOUR))
    filing.setMark(MARKS.until, Math.max(window.lastStory(), filing.mark(MARKS.reviewed)))
    // What no index reads any more; a window more is kept, for a user who lengthens it a little.
    const { settings } = window.threads
    filing.forgetFeatures(ThreadIndex.horizon(settings, now) - settings.window)
    return true
  }
  return nextRegrouping(filing, window, now) || nextLink(filing, window)
}

/** Carry out the next plan. */
function nextRegrouping(filing: Filing, window: ActiveWindow, now: Millis): boolean {
  const at: Progress = {
    reviewed: filing.mark(MARKS.reviewed),
    until: filing.mark(MARKS.until),
    covered: filing.mark(MARKS.covered),
    round: filing.mark(MARKS.round),
  }
  const next = nextPlan(window.threads, at, window.decisions)
  if (next === null) return false
  carryOut(filing, window, next.steps, now)
  const { reviewed, covered, round } = next.progress
  if (reviewed !== at.reviewed) filing.setMark(MARKS.reviewed, reviewed)
  if (covered !== at.covered) filing.setMark(MARKS.covered, covered)
  if (round !== at.round) filing.setMark(MARKS.round, round)
  return true
}

/** Look at stories again whose features have changed since they were placed. */
export function lookAgain(filing: Filing, window: ActiveWindow, ids: readonly number[], now: Millis): void {
  const stories = ids.flatMap(id => window.threads.story(id) ?? [])
  const pending = new Set(stories)
  let round = 0
  for (;;) {
    const next = nextPlanFor(window.threads, stories, pending, round, window.decisions)
    if (next === null) return
    carryOut(filing, window, next.steps, now)
    round = next.round
  }
}

function carryOut(filing: Filing, window: ActiveWindow, steps: readonly Step[], now: Millis): void {
  const opened: number[] = []
  const changed = new Set<number>()
  for (const step of steps) {
    const { score, reasons } = step.why
    const why = { at: now, by: 'review' as const, score, reasons: reasons.map(({ term }) => term) }
    if (step.kind === 'split') opened[step.to.opens] = filing.splitThread(step.from, step.stories, why)
    const into = idOf(step.to, opened)
    if (step.kind === 'merge') filing.mergeThreads(into, step.from, why)
    else if (step.kind === 'move') filing.moveStories(step.from, into, step.stories, why)
    changed.add(step.from).add(into)
  }
  if (steps.length > 0) window.follow(filing)
  for (const thread of changed) window.lead(filing, thread)
}

/** Link the next thread with its neighbours. */
function nextLink(filing: Filing, window: ActiveWindow): boolean {
  const reviewed = filing.mark(MARKS.reviewed)
  if (filing.mark(MARKS.linked) >= reviewed) return false
  if (filing.mark(MARKS.linkUntil) === 0) {
    filing.setMark(MARKS.linkUntil, filing.lastRegrouping() + 1)
    filing.setMark(MARKS.linkedThread, 0)
  }
  const until = filing.mark(MARKS.linkUntil)
  if (window.linking?.until !== until) window.linking = { until, left: threadsToLink(filing, window, until) }
  const thread = window.linking.left.shift()
  if (thread === undefined) {
    window.linking = null
    filing.setMark(MARKS.linked, reviewed)
    filing.setMark(MARKS.linkedRegrouping, until - 1)
    filing.setMark(MARKS.linkUntil, 0)
    return true
  }
  filing.setMark(MARKS.linkedThread, thread)
  if (!window.threads.thread(thread)) return true
  const links = storylines(window.threads, thread).flatMap(({ thread: other, when, score }) =>
    // What comes after names this one as before it.
    when === 'after' ? [] : [{ other, kind: when === 'before' ? ('before' as const) : ('beside' as const), score }],
  )
  filing.link(thread, links)
  return true
}

/** The threads of stories and regroupings that were reviewed and whose threads are not linked yet. */
function threadsToLink(filing: Filing, window: ActiveWindow, until: number): number[] {
  const done = filing.mark(MARKS.linkedThread)
  const linked = filing.mark(MARKS.linked)
  const reviewed = filing.mark(MARKS.reviewed)
  const found = new Set<number>()
  for (const { id, thread } of window.threads.stories()) if (id > linked && id <= reviewed) found.add(thread.id)
  for (const { id, kind, kept, other } of filing.regroupedAfter(filing.mark(MARKS.linkedRegrouping))) {
    if (id >= until || (kind !== 'merge-threads' && kind !== 'split-thread')) continue
    found.add(kept).add(other)
  }
  return [...found].filter(thread => thread > done && window.threads.thread(thread)).sort((a, b) => a - b)
}
