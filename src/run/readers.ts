// The reader threads as polls use them. A document stays in its thread until it is filed, and is read there as far as the desk
// asks for it.

import type { ParseOptions } from '../collect/feed/parse.ts'
import { createParserPool, type KeptElsewhere, type ParserPool, type ParserPoolOptions } from '../collect/feed/pool.ts'
import type { OfferedDocument } from '../desk/client.ts'
import type { Agency } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { boundHeaps } from './heaps.ts'
import type { ReaderContext, ReaderQuestion, ReaderSummary } from './reader.ts'

export interface Readers {
  /** Parse without keeping: for whoever wants to see the entries. */
  parse: ParserPool['parse']
  open(
    document: { bytes: Uint8Array; contentType: string | null; options: ParseOptions },
    context: ReaderContext,
  ): Promise<Outcome<OpenDocument>>
  /** Resolves when no thread is left. */
  close(): Promise<void>
}

/** A document in a reader thread. `close` must follow. */
export interface OpenDocument {
  feed: ReaderSummary['feed']
  /** Guids of its first entries. */
  guids(most: number): Promise<Outcome<readonly string[]>>
  /** For the desk. */
  offer(): OfferedDocument
  close(): void
}

const MODULE = new URL(`./reader${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Threads start when they are first needed, and end when they have had nothing to do for a while. */
export function createReaders(agencies: readonly Agency[], options: ParserPoolOptions = {}): Readers {
  // Names of agencies are all that reading takes of the configuration.
  const data = agencies.map(({ feeds: _feeds, ...agency }) => ({ ...agency, feeds: [] }))
  const pool = createParserPool({ module: MODULE, data, ...options })
  return {
    parse: (...given) => {
      boundHeaps()
      return pool.parse(...given)
    },
    open: async ({ bytes, contentType, options }, context) => {
      boundHeaps()
      const kept = await pool.keep(bytes, contentType, options, context)
      return kept.ok ? { ok: true, value: documentOf(kept.value) } : kept
    },
    close: () => pool.close(),
  }
}

function documentOf(kept: KeptElsewhere): OpenDocument {
  const { feed, names } = kept.summary as ReaderSummary
  const ask = async <T>(question: ReaderQuestion): Promise<Outcome<T>> => (await kept.ask(question)) as Outcome<T>
  return {
    feed,
    guids: most => ask({ kind: 'guids', most }),
    offer: () => ({
      names,
      read: async ats => {
        const readings = await ask<ArrayBuffer>({ kind: 'read', ats })
        if (!readings.ok) throw new UnreadError(readings.reason)
        return readings.value
      },
    }),
    close: () => kept.drop(),
  }
}

/** The document was given up while it was read: a failure of the document, not of the program. */
export class UnreadError extends Error {
  readonly code = 'DOCUMENT_GIVEN_UP'
}

/** Why a document was given up; null for any other error. The error may have travelled between threads. */
export function givenUp(error: unknown): string | null {
  return error instanceof Error && 'code' in error && error.code === 'DOCUMENT_GIVEN_UP' ? error.message : null
}
