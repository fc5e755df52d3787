// Tries an encoder: whether it answers, how large its vectors are, how fast it is, and which languages it knows.
import type { EncoderSettings } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { type EncoderTools, openSource, PROBES, said } from './encoder.ts'
import { SENTENCES, type Tellings } from './sentences.ts'
import type { VectorSource, Vectors } from './source.ts'

export interface Tried {
  /** Numbers of a vector. */
  numbers: number
  /** Short texts encoded a second. */
  textsPerSecond: number
  /** By language tag, as it was asked for: whether it is known; null where there are no sentences to try it with. */
  languages: Record<string, boolean | null>
}

/** Texts of one question. */
const TOGETHER = 6

/**
 * Have sentences encoded in these languages (primary subtags), or in all twelve where none is named. The reason of a failure
 * is one line.
 */
export async function tryEncoder(
  settings: EncoderSettings,
  languages: readonly string[],
  tools: Omit<EncoderTools, 'log'>,
): Promise<Outcome<Tried>> {
  let source: VectorSource | null = null
  try {
    source = openSource(settings, { ...tools, log: NO_LOG })
    const first = (await source.ask(PROBES)).find(vector => vector !== null)
    if (!first) return { ok: false, reason: `it gave no vector for ${JSON.stringify(PROBES[1])}` }
    const tried: Tried = { numbers: first.length, textsPerSecond: 0, languages: {} }
    const started = performance.now()
    let texts = 0
    for (const language of languages.length > 0 ? languages : Object.keys(SENTENCES)) {
      const tellings = SENTENCES[language]
      tried.languages[language] = tellings ? knows(await vectorsOf(source, tellings)) : null
      texts += tellings ? 2 * tellings.length : 0
    }
    if (texts === 0) texts += (await source.ask(PROBES)).length
    tried.textsPerSecond = rounded((texts * 1_000) / (performance.now() - started))
    return { ok: true, value: tried }
  } catch (error) {
    return { ok: false, reason: said(error) }
  } finally {
    source?.stop()
  }
}

const NO_LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function vectorsOf(source: VectorSource, tellings: Tellings): Promise<Vectors> {
  const texts = tellings.flat()
  const vectors: (readonly number[] | null)[] = []
  for (let at = 0; at < texts.length; at += TOGETHER) {
    vectors.push(...(await source.ask(texts.slice(at, at + TOGETHER))))
  }
  return vectors
}

/**
 * Whether the nearest of the others is the same event in other words, for all tellings but one: of a model that knows nothing
 * of a language, one in 600 would be taken for knowing it.
 */
export function knows(vectors: Vectors): boolean {
  let right = 0
  for (const [at, vector] of vectors.entries()) {
    const scores = vectors.map((other, n) => (n === at ? -2 : cosine(vector, other)))
    if (scores.indexOf(Math.max(...scores)) === (at ^ 1)) right++
  }
  return right >= vectors.length - 1
}

function cosine(one: readonly number[] | null, other: readonly number[] | null): number {
  if (!one || one.length !== other?.length) return -1
  let [dot, squares, others] = [0, 0, 0]
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at] as number, other[at] as number]
    dot += a * b
    squares += a * a
    others += b * b
  }
  return dot / (Math.sqrt(squares * others) || 1)
}

const rounded = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value))
