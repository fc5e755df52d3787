// Gives stories their vectors once they are filed, the newest first. Filing never waits for it: while the encoder is slow or
// fails, stories are told by their words, and get their vectors when it answers again.
import { createJsonClient } from '../collect/net/json.ts'
import { isSameModel } from '../decide/thread/model.ts'
import type { DeskClient } from '../desk/client.ts'
import { isDeskStopped } from '../desk/messages.ts'
import { createEncoder, PATIENCE, type SentenceEncoder } from '../encode/encoder.ts'
import { type Asker, LONGEST_ANSWER } from '../encode/endpoint.ts'
import type { Log } from '../log.ts'
import type { EncoderSettings, PollSettings } from '../model/config.ts'
import type { SentenceModel } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { storeTrouble } from '../store/fault.ts'

/** With another model all stories are encoded anew: not oftener than this. */
const EXCHANGES_APART: Millis = 60_000

/** What asks a server for vectors: the one that the configuration names, and only public ones that it redirects to. */
export function askerOf(poll: PollSettings): Asker {
  return createJsonClient(poll, { patience: PATIENCE, maxBytes: LONGEST_ANSWER })
}

export interface EncodingTools {
  desk: Pick<DeskClient, 'useModel' | 'unencoded' | 'keepVectors'>
  encoder: SentenceEncoder
  log: Log
  now: () => Millis
}

export class Encoding {
  readonly #with: EncodingTools
  #running: Promise<void> | null = null
  /** Something was filed since the last look. */
  #woken = false
  #begun = false
  /** When another model was last met. */
  #exchanged = Number.NEGATIVE_INFINITY
  #closed = false
  #again: NodeJS.Timeout | null = null
  /** The model in use, and its number at the desk. */
  #model: { model: SentenceModel; number: number } | null = null

  constructor(tools: EncodingTools) {
    this.#with = tools
  }

  /** Look for stories that lack a vector, once: those that were filed before. */
  begin(): void {
    if (!this.#begun) this.wake()
  }

  /** Something was filed. */
  wake(): void {
    if (this.#closed) return
    this.#begun = true
    this.#woken = true
    this.#running ??= this.#run().finally(() => {
      this.#running = null
      if (this.#woken && this.#again === null) this.wake()
    })
  }

  /** Resolves when every story has its vector, when the encoder has failed, or after `patience`. */
  async idle(patience: Millis): Promise<void> {
    if (this.#running === null) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patience)
    await Promise.race([promise, this.#running])
    clearTimeout(timer)
  }

  /** Ends what is under way; what has not been asked yet is asked after the next start. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#again !== null) clearTimeout(this.#again)
    this.#with.encoder.close()
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (await this.#step()) if (this.#closed) return
    } catch (error) {
      // A file that cannot be written is told where filing waits for it.
      if (!this.#closed && !isDeskStopped(error) && storeTrouble(error) === null) {
        const fault = error instanceof Error ? (error.stack ?? error.message) : String(error)
        this.#with.log.error('stories could not be given their vectors', { error: fault })
      }
      this.#woken = false
    }
  }

  /** Ask for some vectors; whether there may be more to do. */
  async #step(): Promise<boolean> {
    const { desk, encoder, now } = this.#with
    if (encoder.restsFor > 0 || this.#again !== null) return this.#retry()
    this.#woken = false
    if (this.#model === null) {
      const asked = await encoder.model()
      if (!asked.ok) return this.#retry()
      this.#model = { model: asked.value, number: await desk.useModel(asked.value, now()) }
    }
    const { model, number } = this.#model
    const texts = await desk.unencoded(number, encoder.batch, now())
    if (texts !== null && texts.length === 0) return false
    // Another process has another encoder.
    if (texts === null) return this.#forgetModel()
    const encoded = await encoder.encode(texts.map(({ text }) => text))
    if (!encoded.ok) return this.#retry()
    const { vectors, probe } = encoded.value
    if (!isSameModel(model.probes.slice(0, 1), [probe])) {
      this.#with.log.info('the encoder has another model now: stories are encoded anew')
      return this.#forgetModel()
    }
    const given = texts.map(({ story, key }, at) => ({ story, key, vector: vectors[at] ?? null }))
    return (await desk.keepVectors(number, given, now())) || this.#forgetModel()
  }

  /** Ask which model it is, soon. A model that never answers twice the same is asked no oftener than it may be exchanged. */
  #forgetModel(): boolean {
    const since = performance.now() - this.#exchanged
    this.#exchanged = performance.now()
    if (since < EXCHANGES_APART) return this.#retry(EXCHANGES_APART)
    this.#model = null
    return true
  }

  /** Try again when the encoder may be asked again. After a failure it may have another model. */
  #retry(after: Millis = this.#with.encoder.restsFor): false {
    this.#model = null
    if (this.#closed || this.#again !== null) return false
    this.#again = setTimeout(() => {
      this.#again = null
      this.wake()
    }, after + 10)
    this.#again.unref()
    return false
  }
}

/** What gives stories vectors as the settings have it. */
export function createEncoding(
  settings: EncoderSettings,
  poll: PollSettings,
  { desk, log, now }: Omit<EncodingTools, 'encoder'>,
): Encoding {
  return new Encoding({ desk, log, now, encoder: createEncoder(settings, { log, asker: () => askerOf(poll) }) })
}
