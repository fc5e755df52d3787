// What runs inside a parser thread: one task at a time, in the order in which they come, and one reply to each. A document
// may be kept in the thread after it was parsed, so that questions about it are answered where its entries are.
import { parentPort } from 'node:worker_threads'
import type { ParsedFeed } from '../../model/collected.ts'
import type { Outcome } from '../../model/units.ts'
import { parseBounded, type RawDocument } from './bounded.ts'

/** A task for a parser thread. `parse` is answered with the feed, `keep` and `ask` with what the keeper says. */
export type ParserTask =
  | (RawDocument & { kind: 'parse' })
  | (RawDocument & { kind: 'keep'; document: number; about: unknown })
  | { kind: 'ask'; document: number; question: unknown }
  /** Not answered. */
  | { kind: 'drop'; document: number }

/** What a parser thread says: once that it is ready, then one outcome a task. */
export type ParserReply = 'ready' | Outcome<unknown>

/** A value for the thread that asked, and the buffers in it that are handed over instead of copied. */
export interface Answer {
  value: unknown
  transfer?: ArrayBuffer[]
}

/** A parsed document that stays in its thread. */
export interface KeptDocument {
  /** Answers `keep`. */
  summary: Answer
  answer(question: unknown): Answer
}

/** Answers the tasks of this thread. `keep` makes of a parsed document what stays; without it nothing can be kept. */
export function serveParser(keep?: (feed: ParsedFeed, about: unknown) => KeptDocument): void {
  const port = parentPort
  if (port === null) throw new Error('a parser thread is a worker thread')
  const kept = new Map<number, KeptDocument>()
  const reply = (outcome: Outcome<unknown>, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(outcome satisfies ParserReply, transfer)
  const say = ({ value, transfer }: Answer): void => reply({ ok: true, value }, transfer)

  // What is thrown ends the thread, and the pool says so of the one document.
  const run = async (task: ParserTask): Promise<void> => {
    if (task.kind === 'drop') kept.delete(task.document)
    else if (task.kind === 'ask') {
      const document = kept.get(task.document)
      if (document === undefined) throw new Error(`document ${task.document} is not kept here`)
      say(document.answer(task.question))
    } else {
      const parsed = await parseBounded(task)
      if (task.kind === 'parse' || !parsed.ok) return reply(parsed)
      if (keep === undefined) throw new Error('this thread keeps no documents')
      const document = keep(parsed.value, task.about)
      kept.set(task.document, document)
      say(document.summary)
    }
  }
  port.on('message', (task: ParserTask) => void run(task))
  port.postMessage('ready' satisfies ParserReply)
}
