// A reader thread: parses documents, names their entries, and reads those that the desk does not know. What it hands over is
// packed for the desk, and only forwarded on the way.
import { serialize } from 'node:v8'
import { workerData } from 'node:worker_threads'
import { type Answer, type KeptDocument, serveParser } from '../collect/feed/serve.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { isPlaceholderTitle } from '../decide/placeholder.ts'
import type { ReportContext } from '../decide/report.ts'
import { wireNames } from '../decide/wire/read.ts'
import { identifyAll, readForDesk } from '../desk/document.ts'
import { textToEncode } from '../encode/text.ts'
import type { ParsedFeed } from '../model/collected.ts'
import type { Agency, FeedSpec } from '../model/config.ts'

/** Under which circumstances a document is read. Plain data. */
export interface ReaderContext extends Omit<ReportContext, 'names'> {
  /** What is told to the feed's server only: taken out of what it answers. */
  secrets: FeedSpec['secrets']
}

/** What is known of a document without its entries. */
export interface ReaderSummary {
  feed: Omit<ParsedFeed, 'entries'>
  entries: number
  /** `DocumentNames`, packed. */
  names: ArrayBuffer
}

export type ReaderQuestion =
  /** Readings of these entries, packed. */
  | { kind: 'read'; ats: readonly number[] }
  /** What an encoder is given of these entries. */
  | { kind: 'texts'; ats: readonly number[] }
  /** Guids of the first so many entries. */
  | { kind: 'guids'; most: number }

const names = wireNames(workerData as readonly Agency[])

/** A value as one buffer of its own, to be handed over without a copy. */
function packed(value: unknown): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = serialize(value)
  return byteOffset === 0 && byteLength === buffer.byteLength
    ? (buffer as ArrayBuffer)
    : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer)
}

function keep(parsed: ParsedFeed, about: unknown): KeptDocument {
  const { secrets, ...rest } = about as ReaderContext
  const { entries, ...feed } = withoutSecrets(parsed, { secrets: secrets ?? [] })
  const context: ReportContext = { ...rest, language: rest.language ?? feed.language, names }
  const read = entries.map(entry => ({ entry, text: entry.text }))
  const found = identifyAll(read, context)
  const byPlace = new Map(found.entries.map(one => [one.at, one]))
  const named = packed(found)

  const answer = (question: unknown): Answer => {
    const asked = question as ReaderQuestion
    switch (asked.kind) {
      case 'read': {
        const readings = asked.ats.flatMap(at => {
          const [one, identified] = [read[at], byPlace.get(at)]
          return one && identified ? [readForDesk(one, identified, context)] : []
        })
        const value = packed(readings)
        return { value, transfer: [value] }
      }
      case 'texts':
        return {
          value: asked.ats.map(at => {
            const entry = entries[at]
            return entry ? textToEncode(isPlaceholderTitle(entry.title) ? '' : entry.title, entry.text) : ''
          }),
        }
      case 'guids':
        return { value: found.entries.filter(({ at }) => at < asked.most).map(({ guid }) => guid) }
    }
  }
  return {
    summary: {
      value: { feed, entries: entries.length, names: named } satisfies ReaderSummary,
      transfer: [named],
    },
    answer,
  }
}

serveParser(keep)
