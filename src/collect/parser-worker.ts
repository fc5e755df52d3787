// Hides what runs inside a parser thread: documents in, outcomes out, one at a time, and no outcome too large to hand over.
import { parentPort } from 'node:worker_threads'
import type { Outcome, ParsedFeed } from '../model.ts'
import { type ParseOptions, parseDocument } from './parse.ts'

/** One document for a parser thread. */
export interface ParserJob {
  bytes: Uint8Array
  contentType: string | null
  options: ParseOptions
}

/** What a parser thread says: once that it is ready, then one outcome a job. */
export type ParserReply = 'ready' | Outcome<ParsedFeed>

/**
 * Characters of text one document may yield. Whoever asked receives them in one piece, in the thread that serves
 * readers; and links written against a long base let a document of 64 KB yield a megabyte.
 */
const MAX_YIELD = 33_554_432

/**
 * Commas, colons, brackets and braces of a JSON document. `JSON.parse` can neither be interrupted nor bounded: 20 MB of
 * `[],` take 400 MB, 20 MB of `{"1a":[{}]},` half a minute. A feed of 10,000 rich items has a tenth of this.
 */
const MAX_JSON_MARKS = 1_000_000
const [COMMA, COLON, BRACKET, BRACE, LESS_THAN] = [0x2c, 0x3a, 0x5b, 0x7b, 0x3c]

/** Counted in bytes, so that it holds in every charset: all that JSON takes before its first brace is white space. */
function isHeavyJson(bytes: Uint8Array): boolean {
  const start = bytes.findIndex(byte => byte === BRACKET || byte === BRACE || byte === LESS_THAN)
  if (start < 0 || bytes[start] === LESS_THAN) return false
  let marks = 0
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === COMMA || byte === COLON || byte === BRACKET || byte === BRACE) marks++
  }
  return marks > MAX_JSON_MARKS
}

function yieldOf(feed: ParsedFeed): number {
  const lengths = (texts: readonly (string | null)[]): number =>
    texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return feed.entries.reduce(
    (sum, entry) =>
      sum +
      lengths([entry.id, entry.url, entry.title, entry.summary, entry.content, entry.text, entry.source]) +
      lengths(entry.authors) +
      lengths(entry.categories) +
      lengths(entry.enclosures.map(enclosure => enclosure.url)),
    lengths(feed.warnings),
  )
}

async function work({ bytes, contentType, options }: ParserJob): Promise<Outcome<ParsedFeed>> {
  if (isHeavyJson(bytes)) {
    return { ok: false, reason: `the JSON document has more than ${MAX_JSON_MARKS.toLocaleString('en')} values` }
  }
  const parsed = await parseDocument(bytes, contentType, options)
  if (parsed.ok && yieldOf(parsed.value) > MAX_YIELD) {
    return {
      ok: false,
      reason: `the document yields more than ${MAX_YIELD / 1_048_576} million characters: it is given up`,
    }
  }
  return parsed
}

const port = parentPort
if (port === null) throw new Error('parser-worker runs in a worker thread only')
port.on('message', (job: ParserJob) => {
  // What is thrown ends the thread, and the pool says so of this one document.
  void work(job).then(outcome => port.postMessage(outcome satisfies ParserReply))
})
port.postMessage('ready' satisfies ParserReply)
