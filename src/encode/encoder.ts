// Gives texts vectors, by a program of the user's own or by a model on the user's disk. Hides that texts come again at every
// poll, that one document must not wait for another's failure, and what a failure costs: while it lasts, threads are told by
// their words alone.
import { createHash } from 'node:crypto'
import type { Log } from '../log.ts'
import type { EncoderSettings } from '../model/config.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { modelCommand, modelFault } from './local-model.ts'
import { type Program, startProgram } from './program.ts'

/** Gives texts a vector each; null where it could not. Never rejects. */
export interface SentenceEncoder {
  encode(texts: readonly string[]): Promise<(readonly number[] | null)[]>
  /** What is under way is answered with nulls, and so is all that comes later. */
  close(): void
}

/** Characters of a text that are handed over. */
const TEXT_LENGTH = 2_000
/** An encoder that says nothing for so long is ended. */
const PATIENCE: Millis = 60_000
/** After a failure the encoder is left alone: this long at first, and twice as long after each further one. */
const REST: Millis = 60_000
const LONGEST_REST: Millis = 3_600_000
/** Numbers kept of vectors, in all: unchanged entries come again at every poll. 32 MB. */
const REMEMBERED = 8_000_000

/** What keeps these settings from working, in one line with what to do; null where nothing is seen to. Reads the disk. */
export function encoderFault(settings: EncoderSettings): string | null {
  return 'model' in settings ? modelFault(settings.model) : null
}

/** Have one text encoded: how many numbers its vector has, or why there is none. */
export async function tryEncoder(settings: EncoderSettings, patience: Millis = PATIENCE): Promise<Outcome<number>> {
  let program: Program | null = null
  try {
    program = startProgram(commandOf(settings))
    const [vector] = await program.ask(['A dam broke in the valley.'], patience)
    if (vector) return { ok: true, value: vector.length }
    return { ok: false, reason: 'it gave no vector for "A dam broke in the valley."' }
  } catch (error) {
    return { ok: false, reason: said(error) }
  } finally {
    program?.stop()
  }
}

/** An encoder as the settings have it. It starts with the first text, and runs until it is closed or fails. */
export function createEncoder(settings: EncoderSettings, log: Log, patience: Millis = PATIENCE): SentenceEncoder {
  const name = 'model' in settings ? settings.model : (settings[0] ?? '')
  const remembered = new Memory()
  let running: Program | null = null
  let closed = false
  let silentUntil = 0
  let rest = REST
  let queue: Promise<unknown> = Promise.resolve()

  const ask = async (texts: readonly string[]): Promise<(readonly number[] | null)[]> => {
    if (texts.length === 0) return []
    if (closed || performance.now() < silentUntil) return texts.map(() => null)
    try {
      running ??= startProgram(commandOf(settings))
      const vectors = await running.ask(texts, patience)
      rest = REST
      return vectors
    } catch (error) {
      running?.stop()
      running = null
      if (!closed) {
        silentUntil = performance.now() + rest
        log.warn('the encoder failed: threads are told by their words alone', {
          encoder: name,
          reason: said(error),
          again: `in ${rest / 60_000} min`,
        })
        rest = Math.min(rest * 2, LONGEST_REST)
      }
      return texts.map(() => null)
    }
  }

  return {
    encode: texts => {
      const keys = texts.map(text => createHash('sha256').update(text).digest('base64'))
      const answer = queue.then(async () => {
        const vectors = new Map<string, readonly number[] | null>()
        for (const key of keys) {
          const known = remembered.get(key)
          if (known) vectors.set(key, known)
        }
        const missing = [...new Set(keys)].filter(key => !vectors.has(key))
        const got = await ask(missing.map(key => texts[keys.indexOf(key)]?.slice(0, TEXT_LENGTH) ?? ''))
        for (const [at, key] of missing.entries()) {
          // As it will be remembered, so that a text has one vector.
          const vector = got[at]?.map(value => Math.fround(value)) ?? null
          vectors.set(key, vector)
          if (vector) remembered.set(key, vector)
        }
        return keys.map(key => vectors.get(key) ?? null)
      })
      queue = answer
      return answer
    },
    close: () => {
      closed = true
      running?.stop()
    },
  }
}

function commandOf(settings: EncoderSettings): readonly string[] {
  return 'model' in settings ? modelCommand(settings) : settings
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The vectors used last, in half the memory of lists of numbers. */
class Memory {
  readonly #vectors = new Map<string, Float32Array>()
  #numbers = 0

  get(key: string): readonly number[] | null {
    const vector = this.#vectors.get(key)
    if (!vector) return null
    this.#vectors.delete(key)
    this.#vectors.set(key, vector)
    return [...vector]
  }

  set(key: string, vector: readonly number[]): void {
    this.#vectors.set(key, Float32Array.from(vector))
    this.#numbers += vector.length
    for (const [oldest, { length }] of this.#vectors) {
      if (this.#numbers <= REMEMBERED) break
      this.#vectors.delete(oldest)
      this.#numbers -= length
    }
  }
}
