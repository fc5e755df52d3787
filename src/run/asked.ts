// Polls that a program asks of a running daemon, beside those on schedule.
import type { PollOutcome } from '../model/decided.ts'
import { chosenFeeds, type KnownFeeds, type Polled, type PollOptions } from './choose.ts'
import type { Poller } from './poller.ts'

export class AskedPolls {
  readonly #hearers = new Set<(outcome: PollOutcome) => void>()

  /** To be told of every poll. */
  heard(outcome: PollOutcome): void {
    for (const hear of this.#hearers) hear(outcome)
  }

  /** Resolves when what was chosen is polled. A feed that is being polled already is not polled twice. */
  async poll(poller: Poller, known: KnownFeeds, { onChosen, onOutcome, ...choice }: PollOptions): Promise<Polled> {
    const chosen = chosenFeeds(known, choice)
    if (!chosen.ok) return chosen
    onChosen?.(chosen.value.length)
    const awaited = new Set(chosen.value.map(({ id }) => id))
    const outcomes: PollOutcome[] = []
    const hear = (outcome: PollOutcome): void => {
      if (!awaited.delete(outcome.feed)) return
      outcomes.push(outcome)
      onOutcome?.(outcome)
    }
    this.#hearers.add(hear)
    try {
      poller.add(chosen.value)
      await poller.done(chosen.value)
    } finally {
      this.#hearers.delete(hear)
    }
    return { ok: true, value: outcomes }
  }
}
