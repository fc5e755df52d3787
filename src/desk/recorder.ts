// Records polls: what is decided of each (decide/schedule/plan) is written in the transaction of its last entries, or, where it
// brought no document, together with others. Nothing here reads news, so that polls without any load nothing that does.
import { type Filed, NOTHING_FILED, type PollPlan, recordOf } from '../decide/schedule/plan.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { FeedState } from '../model/stored.ts'
import type { Filing, Store } from '../store/store.ts'
import type { Storing } from './storing.ts'

/** What came of a poll that is recorded. Plain data. */
export interface Recorded {
  outcome: PollOutcome
  /** The address the feed is polled at from now on, where that was decided by this poll. */
  moved: string | null
}

export class Recorder {
  readonly #store: Store
  readonly #storing: Storing
  /** Feeds that hubs pushed to: what a poll began with may not be what is stored any more. */
  readonly #pushedTo = new Set<number>()

  constructor(store: Store, storing: Storing) {
    this.#store = store
    this.#storing = storing
  }

  /** Record polls that brought no document to file, in one transaction. */
  recordPolls(plans: readonly PollPlan[], onWaiting?: () => void): Promise<Recorded[]> {
    return this.#storing.join({
      work: () => this.#store.join(filing => plans.map(plan => this.record(filing, plan, NOTHING_FILED))),
      commit: () => this.#store.commit(),
      weight: ({ length }) => length,
      undone: () => {},
      again: async () => {},
      ...(onWaiting && { onWaiting }),
    })
  }

  /** Record a poll in the transaction of `filing`. `feed` as the store has it now, where that was read. */
  record(
    filing: Filing,
    plan: PollPlan,
    filed: Filed,
    { poll, feed }: { poll: number | null; feed: FeedState | null } = { poll: null, feed: null },
  ): Recorded {
    const { id } = plan.feed
    const isPush = plan.answer.kind === 'pushed'
    if (isPush) this.#pushedTo.add(id)
    const needsHub = plan.rules.websub || isPush
    const { outcome, update, subscription, moved } = recordOf(plan, filed, {
      feed: feed ?? (this.#pushedTo.has(id) ? this.#store.feed(id) : null) ?? plan.feed,
      subscription: needsHub ? this.#store.subscription(id) : null,
    })
    if (subscription !== null) this.#store.saveSubscription(subscription)
    filing.recordPoll(outcome, update, poll)
    return { outcome, moved }
  }
}
