// Gives texts vectors, by a program of the user or a server. After a failure it is left alone for a while, and longer after each
// further one.
import { createHash } from 'node:crypto'
import type { Log } from '../log.ts'
import type { EncoderSettings } from '../model/config.ts'
import type { SentenceModel } from '../model/stored.ts'
import type { Millis, Outcome } from '../model/units.ts'
import { type Asker, openEndpoint } from './endpoint.ts'
import { startProgram } from './program.ts'
import { Busy, Refusal, type VectorSource, type Vectors } from './source.ts'

export interface Encoded {
  /** One for each text, in order; null where the model has none. */
  vectors: Vectors
  /** What the model said to the first of `PROBES`, asked together with the texts. */
  probe: readonly number[] | null
}

/** Gives texts vectors. Nothing here rejects. */
export interface SentenceEncoder {
  /** Ask the probes. */
  model(): Promise<Outcome<SentenceModel>>
  encode(texts: readonly string[]): Promise<Outcome<Encoded>>
  /** Texts that are best asked at once: as many as it answers within seconds. */
  readonly batch: number
  /** How long it is to be left alone; asking meanwhile fails at once. */
  readonly restsFor: Millis
  /** What is under way fails, and so does all that comes later. */
  close(): void
}

export interface EncoderTools {
  log: Log
  /** Makes what asks a server. */
  asker: () => Asker
  /** A source that does not answer for so long has failed. */
  patience?: Millis
}

/** Models that were made of one another say the same in the one language and not in the other. */
export const PROBES = ['فاز اللاعب ببطولة الشطرنج', 'A dam broke in the valley.', 'Пекари объявили забастовку']
/** A local server may load its model with the first question. */
export const PATIENCE: Millis = 60_000
const REST: Millis = 60_000
const LONGEST_REST: Millis = 3_600_000
const FIRST_BATCH = 8
const LONGEST_BATCH = 64
/** A batch that is answered within the one is doubled, one that takes longer than the other halved. */
const QUICK: Millis = 1_500
const SLOW: Millis = 8_000

/** The source of these settings. A program starts. */
export function openSource(settings: EncoderSettings, { asker, patience = PATIENCE }: EncoderTools): VectorSource {
  return 'url' in settings ? openEndpoint(settings, asker()) : startProgram(settings, patience)
}

/** An encoder as the settings have it. It starts with the first question, and runs until it is closed or fails. */
export function createEncoder(settings: EncoderSettings, tools: EncoderTools): SentenceEncoder {
  return new Encoder(settings, tools)
}

class Encoder implements SentenceEncoder {
  readonly #settings: EncoderSettings
  readonly #tools: EncoderTools
  #source: VectorSource | null = null
  #closed = false
  #silentUntil = 0
  #rest = REST
  #failing = false
  batch = FIRST_BATCH

  constructor(settings: EncoderSettings, tools: EncoderTools) {
    this.#settings = settings
    this.#tools = tools
  }

  get restsFor(): Millis {
    return Math.max(0, this.#silentUntil - performance.now())
  }

  model(): Promise<Outcome<SentenceModel>> {
    return this.#try(async source => ({ name: nameOf(this.#settings), probes: await source.ask(PROBES) }))
  }

  encode(texts: readonly string[]): Promise<Outcome<Encoded>> {
    return this.#try(async source => {
      const started = performance.now()
      const encoded = await encodeWith(source, texts)
      const took = performance.now() - started
      if (took < QUICK && texts.length >= this.batch) this.batch = Math.min(LONGEST_BATCH, this.batch * 2)
      else if (took > SLOW) this.#shrink()
      return encoded
    })
  }

  close(): void {
    this.#closed = true
    this.#source?.stop()
  }

  #shrink(): void {
    this.batch = Math.max(1, this.batch >> 1)
  }

  async #try<T>(work: (source: VectorSource) => Promise<T>): Promise<Outcome<T>> {
    if (this.#closed) return { ok: false, reason: 'the encoder was closed' }
    if (this.restsFor > 0) return { ok: false, reason: 'the encoder failed and is left alone for a while' }
    try {
      this.#source ??= openSource(this.#settings, this.#tools)
      const value = await work(this.#source)
      if (this.#failing) this.#tools.log.info('the encoder works again', { encoder: shown(this.#settings) })
      this.#failing = false
      this.#rest = REST
      return { ok: true, value }
    } catch (error) {
      return { ok: false, reason: this.#failed(error) }
    }
  }

  #failed(error: unknown): string {
    const reason = said(error)
    this.#source?.stop()
    this.#source = null
    if (this.#closed) return reason
    // It may have been too much at once.
    this.#shrink()
    const rest = Math.max(this.#rest, error instanceof Busy ? Math.min(error.retryIn, LONGEST_REST) : 0)
    this.#silentUntil = performance.now() + rest
    this.#rest = Math.min(this.#rest * 2, LONGEST_REST)
    this.#failing = true
    this.#tools.log.warn('the encoder failed: threads are told by their words alone', {
      encoder: shown(this.#settings),
      reason,
      again: `in ${Math.ceil(rest / 60_000)} min`,
    })
    return reason
  }
}

/** What the log calls it. */
const shown = (settings: EncoderSettings): string => ('url' in settings ? settings.model : (settings[0] ?? ''))

function nameOf(settings: EncoderSettings): string {
  const about = 'url' in settings ? { model: settings.model, prefix: settings.prefix } : settings
  return createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32)
}

/** Ask a probe with the texts: it proves of which model their vectors are. Rejects as the source does. */
async function encodeWith(source: VectorSource, texts: readonly string[]): Promise<Encoded> {
  const [probe = ''] = PROBES
  try {
    const answered = await source.ask([...texts, probe])
    return sameLength({ vectors: answered.slice(0, texts.length), probe: answered.at(-1) ?? null })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // Rejects where it is not the texts that are refused.
    const [answered = null] = await source.ask([probe])
    return sameLength({ vectors: await halved(source, texts), probe: answered })
  }
}

/** The vectors of texts that were refused together: null for each that is refused alone. */
async function halved(source: VectorSource, texts: readonly string[]): Promise<Vectors> {
  if (texts.length < 2) return texts.map(() => null)
  const vectors: (readonly number[] | null)[] = []
  const middle = texts.length >> 1
  for (const half of [texts.slice(0, middle), texts.slice(middle)]) {
    try {
      vectors.push(...(await source.ask(half)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      vectors.push(...(await halved(source, half)))
    }
  }
  return vectors
}

function sameLength(encoded: Encoded): Encoded {
  const all = [...encoded.vectors, encoded.probe]
  const lengths = new Set(all.flatMap(vector => (vector ? [vector.length] : [])))
  if (lengths.size > 1) throw new Error(`it gave vectors of ${[...lengths].join(' and ')} numbers`)
  return encoded
}

export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
