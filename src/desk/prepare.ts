// Makes the active window ready for a document: reads what is stored, makes features that are missing, and carries out the
// review that is due; in turns, so that pages and pushes wait no longer than one of them.
import type { Millis } from '../model/units.ts'
import type { Filing, Store } from '../store/store.ts'
import { isReviewDue, reviewedHour, reviewStep, startsReview } from './review.ts'
import type { ActiveWindow, Remaker } from './window.ts'

/** Gives way to other work, and writes when the file can be written. */
export interface WindowTurns {
  next(): Promise<void>
  /** Run a transaction as soon as the file can be written. */
  write<T>(work: () => T): Promise<T>
  /** Longest time between two turns, but for the step under way. */
  slice: Millis
}

/**
 * Make the window ready for a document of this time, in turns: read what is stored, and carry out the review that is due.
 * Nothing that a later decision sees depends on how long a turn is.
 */
export async function prepareWindow(
  store: Store,
  window: ActiveWindow,
  now: Millis,
  remake: Remaker,
  { next, write, slice }: WindowTurns,
): Promise<void> {
  while (!isReady(window, now)) {
    await readWindow(store, window, now, { next, slice })
    const tired = tiredAfter(slice)
    if (await write(() => prepareIn(store, window, now, remake, tired))) return
    await next()
  }
}

/** Read what is stored, in turns. */
export async function readWindow(
  store: Pick<Store, 'read'>,
  window: ActiveWindow,
  now: Millis,
  { next, slice }: Pick<WindowTurns, 'next' | 'slice'>,
): Promise<void> {
  for (let tired = tiredAfter(slice); !window.read(store, now); ) {
    if (!tired()) continue
    await next()
    tired = tiredAfter(slice)
  }
}

/** The same as `prepareWindow`, at once. */
export function prepareWindowAtOnce(store: Store, window: ActiveWindow, now: Millis, remake: Remaker): void {
  if (isReady(window, now)) return
  while (!window.read(store, now)) {}
  prepareIn(store, window, now, remake, () => false)
}

function prepareIn(store: Store, window: ActiveWindow, now: Millis, remake: Remaker, tired: () => boolean): boolean {
  let begun = false
  try {
    return store.file(filing => {
      begun = true
      return prepareSome(filing, window, now, remake, tired)
    })
  } catch (error) {
    // The indexes may hold what was rolled back.
    if (begun) window.reset()
    throw error
  }
}

/** Whether nothing is to be done before a document of this time. */
function isReady(window: ActiveWindow, now: Millis): boolean {
  return window.isWhole && window.reviewedHour !== null && !startsReview(window.reviewedHour, now)
}

/** Do some of what is to be done before a document of this time, until `tired`: true where nothing is left. */
export function prepareSome(
  filing: Filing,
  window: ActiveWindow,
  now: Millis,
  remake: Remaker,
  tired: () => boolean = () => false,
): boolean {
  window.dropOutdated(filing)
  window.catchUp(filing, now)
  while (window.remake(filing, now, remake)) if (tired()) return false
  while (isReviewDue(filing, now) && reviewStep(filing, window, now)) if (tired()) return false
  window.reviewedHour = reviewedHour(filing)
  return true
}

function tiredAfter(slice: Millis): () => boolean {
  const started = performance.now()
  return () => performance.now() - started >= slice
}
