// A reader thread: parses documents, names their entries, and reads those that the desk does not know. What it hands over is
// packed for the desk, and only forwarded on the way.
import { serialize } from 'node:v8'
import { workerData } from 'node:worker_threads'
import { type Answer, type KeptDocument, serveParser } from '../collect/feed/serve.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { identityOf } from '../decide/maps/identity.ts'
import { isTaken, onePerAddress } from '../decide/maps/taken.ts'
import type { ReportContext } from '../decide/report.ts'
import { wireNames } from '../decide/wire/read.ts'
import { NamedDocument } from '../desk/document.ts'
import { drain } from '../desk/slices.ts'
import type { ParsedFeed } from '../model/collected.ts'
import type { Agency, FeedSpec, TakenSettings } from '../model/config.ts'
import { goBehind } from './background.ts'

/** Under which circumstances a document is read. Plain data. */
export interface ReaderContext extends Omit<ReportContext, 'names'> {
  /** What is told to the feed's server only: taken out of what it answers. */
  secrets: FeedSpec['secrets']
  /** Which entries are taken; left out where all are. */
  taken?: TakenSettings
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
  const { secrets, taken, ...rest } = about as ReaderContext
  const { entries: all, ...feed } = withoutSecrets(parsed, { secrets: secrets ?? [] })
  const language = rest.language ?? feed.language
  const identity = identityOf(feed.format, rest.identity)
  const context: ReportContext = { ...rest, identity, language, names }
  const asked = taken === undefined ? all : all.filter(entry => isTaken(entry, taken, language))
  const entries = identity === 'address' ? onePerAddress(asked) : asked
  const read = entries.map(entry => ({ entry, text: entry.text }))
  const document = new NamedDocument(read, context)
  const found = document.names
  const named = packed(found)

  const answer = (question: unknown): Answer => {
    const asked = question as ReaderQuestion
    switch (asked.kind) {
      case 'read': {
        const value = packed(drain(document.read(asked.ats)))
        return { value, transfer: [value] }
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

goBehind()
serveParser(keep)
