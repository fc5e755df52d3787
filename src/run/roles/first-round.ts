// Whether all that was due when a desk began has been polled by now. Those who poll tell nobody: what is due no more, or was polled
// since, has been.
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'

/** Feeds that nobody polls keep nothing waiting for longer. */
const LONGEST: Millis = 10 * 60_000

export class FirstRound {
  readonly #began = performance.now()
  /** When those that are left were polled before. */
  #left: Map<number, Millis | null> | null = null

  /** These are due just now. */
  asked(due: readonly Pick<FeedState, 'id' | 'lastPoll'>[]): void {
    const before = this.#left
    if (before?.size === 0) return
    this.#left = new Map(
      due
        .filter(({ id, lastPoll }) => before === null || before.get(id) === lastPoll)
        .map(({ id, lastPoll }) => [id, lastPoll]),
    )
  }

  get isOver(): boolean {
    return this.#left?.size === 0 || performance.now() - this.#began > LONGEST
  }
}
