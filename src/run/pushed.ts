// One push, start to finish: what a hub sent is opened and filed exactly as a poll files what it fetched.
import { quotable } from '../collect/feed/quotable.ts'
import { redactorOf } from '../config/secrets.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { Outcome } from '../model/units.ts'
import { announce, fileDocument, type Polling, type Visit } from './poll.ts'
import { givenUp } from './readers.ts'

/** A document as a hub sent it. */
export interface Pushed {
  bytes: Uint8Array
  contentType: string | null
  /** Address that the hub watches. */
  topic: string
  /** Id of the subscription it came by. */
  subscription: string
  /** Whether the hub is one of a private network: nothing of the document is quoted where it is no feed. */
  isPrivate: boolean
}

/**
 * File it. `ready` is asked when the document is read, since a poll or another push may have come meanwhile: the visit as it is
 * now, or why nothing shall be filed. A document that is no feed is the reason in one line.
 */
export async function filePush<Refused>(
  polling: Polling,
  visit: Visit,
  pushed: Pushed,
  ready: () => { visit: Visit } | { refused: Refused },
): Promise<Outcome<PollOutcome> | { refused: Refused }> {
  const { bytes, contentType, topic, subscription, isPrivate } = pushed
  const { feed, named, at } = visit
  const { spec, agency } = named
  const { maxEntries } = polling.settings
  const load = polling.backlog.begin()
  load.is(bytes.byteLength)
  try {
    const { language, identity, secrets, page } = spec
    const opened = await polling.readers.open(
      { bytes, contentType, options: { url: topic, contentType, maxEntries, language, ...(page && { page }) } },
      { feed: feed.id, agency: agency.id, language, identity, secrets, now: at },
    )
    if (!opened.ok) return { ok: false, reason: redactorOf(spec).text(quotable({ isPrivate }, opened.reason)) }
    try {
      const now = ready()
      if ('refused' in now) return now
      const { warnings } = opened.value.feed
      const { outcome } = await fileDocument(polling, now.visit, opened.value, {
        kind: 'pushed',
        subscription,
        warnings,
      })
      return { ok: true, value: announce(polling, outcome, 'pushed') }
    } catch (error) {
      const reason = givenUp(error)
      if (reason === null) throw error
      return { ok: false, reason }
    } finally {
      opened.value.close()
    }
  } finally {
    load.end()
  }
}
