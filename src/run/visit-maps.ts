// One visit to a feed that is an index of maps: its documents are read in turn and filed as one.
import type { MapChild } from '../model/collected.ts'
import type { PollOutcome } from '../model/decided.ts'
import { type Body, failed, fileAnswer, open, recordWithoutDocument, unchanged } from './answered.ts'
import { askFeed, NOTHING_KNOWN } from './ask.ts'
import type { Load } from './backlog.ts'
import { type IndexAsking, readIndex } from './maps.ts'
import type { Polling, Visit } from './polling.ts'
import { robotsOf } from './robots.ts'

/** The documents of an index of maps, filed as one. */
export async function visitMaps(
  polling: Polling,
  visit: Visit,
  got: Body,
  { maps, whole, load }: { maps: readonly MapChild[]; whole: boolean; load: Load },
): Promise<PollOutcome | null> {
  const { feed } = visit
  let bytes = got.body.byteLength
  const read = await readIndex(got.url, maps, {
    now: visit.at,
    known: whole || feed.failures > 0 ? [] : polling.reader.mapParts(feed.id),
    ask: async (url, validators) => {
      const answer = await askFeed(polling, visit.named.spec, url, { validators, now: visit.at })
      if (answer.kind === 'body') {
        bytes += answer.body.byteLength
        load.is(bytes)
      }
      return answer
    },
    look: document => lookAt(polling, visit, document),
    may: url => robotsOf(polling).may(url, { spec: visit.named.spec, now: visit.at }),
    stopped: () => polling.signal.aborted,
  })
  if (polling.signal.aborted) return null
  if (read.kind === 'failed') return recordWithoutDocument(polling, visit, failed(read.failure))
  const { parts } = read
  if (read.kind === 'unchanged') {
    return recordWithoutDocument(polling, visit, { ...unchanged(got, NOTHING_KNOWN), parts })
  }
  const [first, ...others] = read.bodies
  const more = others.map(({ body, contentType, url, gap }) => ({ bytes: body, contentType, url, gap }))
  const opened = await open(polling, visit, first, more)
  if (polling.signal.aborted) return null
  if (!opened.ok) return recordWithoutDocument(polling, visit, failed({ ...NO_DOCUMENT, message: opened.reason }))
  try {
    // The index itself is read at each poll: it says which documents are new.
    const answered = { ...got, validators: NOTHING_KNOWN, hash: `index ${got.hash}` }
    const { partial, warnings } = read
    return await fileAnswer(polling, visit, answered, opened.value, { heir: null, parts, partial, warnings })
  } finally {
    opened.value.close()
  }
}

const NO_DOCUMENT = { kind: 'document', status: null, retryAt: null } as const

/** What a document of an index is, and whether all in it is new to the feed. */
async function lookAt(polling: Polling, visit: Visit, got: Body): ReturnType<IndexAsking['look']> {
  const opened = await open(polling, visit, got)
  if (!opened.ok) return opened
  try {
    const { maps } = opened.value.feed
    if (maps !== undefined) return { ok: true, value: { maps, allNew: false } }
    const guids = await opened.value.guids(polling.settings.maxEntries)
    if (!guids.ok) return guids
    const { feed } = visit
    const allNew = guids.value.length > 0 && !(await polling.desk.knowsAny(feed.id, guids.value))
    return { ok: true, value: { maps: null, allNew } }
  } finally {
    opened.value.close()
  }
}
