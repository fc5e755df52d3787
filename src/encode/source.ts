// What gives texts vectors: a program of the user, or a server. Which of the two it is, only its opener knows.
import type { Millis } from '../model/units.ts'

export interface VectorSource {
  /**
   * A vector for each text, in order; null where there is none. Rejects with a sentence; with a `Refusal` where it may have
   * a vector for others.
   */
  ask(texts: readonly string[]): Promise<Vectors>
  /** Whoever waits for an answer gets a rejection. Nothing is asked afterwards. */
  stop(): void
}

export type Vectors = readonly (readonly number[] | null)[]

/** The texts are refused, though the source may work: one of them may be too long for it, or they may be too many. */
export class Refusal extends Error {}

/** It wants to be left alone for so long. */
export class Busy extends Error {
  readonly retryIn: Millis
  constructor(message: string, retryIn: Millis) {
    super(message)
    this.retryIn = retryIn
  }
}

/** Numbers of a vector. More would weigh more than all the words of a story. */
export const LONGEST_VECTOR = 1_024

/** A vector from what was answered for one text: null where it points nowhere, or a sentence on what is wrong. */
export function readVector(value: unknown): readonly number[] | null | Error {
  if (!Array.isArray(value) || value.length === 0) return new Error('no list of numbers')
  if (value.length > LONGEST_VECTOR) {
    return new Error(`${value.length} numbers for a text: ${LONGEST_VECTOR} are the most`)
  }
  if (!value.every(part => typeof part === 'number' && Number.isFinite(part))) return new Error('no list of numbers')
  return value.some(part => part !== 0) ? (value as number[]) : null
}

/** What a server or a program says of a failure, in one line of at most 300 characters. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300)
