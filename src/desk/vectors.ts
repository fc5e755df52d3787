// Vectors of stories, which come after the stories were filed: which stories lack one, what is remembered of their texts, and
// another look at each story once its vector is there. All vectors on file are of one model.
import { createHash } from 'node:crypto'
import { later, type SeenStory } from '../decide/thread/index/active.ts'
import { isSameModel, textToEncode } from '../decide/thread/model.ts'
import { packFeatures, unpackFeatures } from '../decide/thread/packing.ts'
import { quantise } from '../decide/thread/vectors.ts'
import type { WireNames } from '../decide/wire/read.ts'
import type { SentenceModel, UnencodedText } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Filing, Store, VectorStore } from '../store/store.ts'
import { lookAgain } from './review.ts'
import type { Turns } from './slices.ts'
import type { Storing } from './storing.ts'
import type { ActiveWindow } from './window.ts'

/** The mark under which the store has the model that its vectors are of. */
const MODEL = 'vector_model'
/** Stories that get their vectors, and another look, in one transaction. */
const TOGETHER = 8
/** Rows of features read in one transaction while vectors of another model are dropped. */
const ROWS = 200
/** How long a vector is remembered beyond the two windows in which a story may need it. */
const REMEMBERED: Millis = 7 * 86_400_000
const DAY: Millis = 86_400_000

interface Context {
  now: Millis
  names: WireNames
}

export interface VectorDesk {
  store: Store
  window: () => ActiveWindow
  turns: Turns
  storing: Storing
  /** Makes the window ready for a document of this time. */
  prepare(context: Context): Promise<void>
  /** One transaction, in which `catchUp` brings the window in step with the store. */
  transaction<T>(context: Context, work: (filing: Filing, catchUp: () => void) => T): T
}

/** A vector for a text of a story. */
interface Given {
  story: number
  /** Digest of model and text. */
  key: string
  vector: readonly number[] | null
}

export class StoryVectors {
  readonly #desk: VectorDesk
  /** Stories of which the model has no vector, as the window holds them: with another text it holds another object. */
  readonly #without = new WeakSet<SeenStory>()
  /** When old ones were last forgotten. */
  #forgot = 0

  constructor(desk: VectorDesk) {
    this.#desk = desk
  }

  /** Go on with vectors of this model alone; those of another are dropped. Returns its number. */
  async use(model: SentenceModel, context: Context): Promise<number> {
    const number = this.#numberOf(model)
    await this.#desk.prepare(context)
    let after = 0
    for (;;) {
      const seen = await this.#write(context, filing => {
        if (filing.mark(MODEL) === number) return null
        const rows = filing.storiesAfter(after, Number.MIN_SAFE_INTEGER, ROWS)
        for (const { id, time, features } of rows) {
          const { vector, ...rest } = unpackFeatures(features)
          if (vector) filing.keepStoryFeatures(id, time, packFeatures(rest))
        }
        if (rows.length < ROWS) filing.setMark(MODEL, number)
        return rows.at(-1)?.seq ?? after
      })
      if (seen === null) return number
      after = seen
    }
  }

  /**
   * Stories without a vector, the newest first, with what is to be encoded; empty where none is left, null where another model
   * is in use. Stories whose text is remembered get their vector at once.
   */
  async unencoded(model: number, limit: number, context: Context): Promise<UnencodedText[] | null> {
    await this.#desk.prepare(context)
    for (;;) {
      const found = await this.#write(context, filing => {
        if (filing.mark(MODEL) !== model) return null
        const lacking = this.#lacking(limit)
        return { asked: lacking.length, texts: filing.leadTexts(lacking.map(({ id }) => id)) }
      })
      if (found === null) return null
      const unknown: UnencodedText[] = []
      const remembered: Given[] = []
      for (const { story, title, text: body } of found.texts) {
        const text = textToEncode(title, body)
        const key = keyOf(model, text)
        const vector = text === '' ? null : this.#memory(memory => memory.find(bytesOf(key)))
        if (vector === undefined) unknown.push({ story, key, text })
        else remembered.push({ story, key, vector })
      }
      if (remembered.length > 0 && !(await this.#give(model, remembered, context))) return null
      if (unknown.length > 0 || found.asked === 0 || remembered.length === 0) return unknown
    }
  }

  /** Vectors that were asked for; each story gets another look. False where another model is in use. */
  async keep(model: number, given: readonly Given[], context: Context): Promise<boolean> {
    const { now } = context
    const short = given.map(({ story, key, vector }) => ({ story, key, vector: vector && quantise(vector) }))
    this.#memory(memory => {
      memory.keep(
        short.map(({ key, vector }) => ({ key: bytesOf(key), vector })),
        now,
      )
      if (Math.abs(now - this.#forgot) < DAY) return
      this.#forgot = now
      memory.forget(now - 2 * this.#desk.window().threads.settings.window - REMEMBERED)
    })
    return this.#give(model, short, context)
  }

  async #give(model: number, given: readonly Given[], context: Context): Promise<boolean> {
    for (let at = 0; at < given.length; at += TOGETHER) {
      const some = given.slice(at, at + TOGETHER)
      const done = await this.#write(context, filing => {
        if (filing.mark(MODEL) !== model) return false
        const changed = this.#giveSome(filing, model, some)
        if (changed.length > 0) lookAgain(filing, this.#desk.window(), changed, context.now)
        return true
      })
      if (!done) return false
    }
    return true
  }

  /** Returns the stories that have a vector now. */
  #giveSome(filing: Filing, model: number, given: readonly Given[]): number[] {
    const window = this.#desk.window()
    const texts = filing.leadTexts(given.map(({ story }) => story))
    const keys = new Map(texts.map(({ story, title, text }) => [story, keyOf(model, textToEncode(title, text))]))
    const changed: number[] = []
    for (const { story, key, vector } of given) {
      const seen = window.threads.story(story)
      // It has another text by now, or got its vector from another process.
      if (!seen || seen.vector || keys.get(story) !== key) continue
      if (vector === null) this.#without.add(seen)
      else {
        window.addStory(filing, seen.thread.id, story, { ...window.threads.featuresOf(seen), vector }, seen.time)
        changed.push(story)
      }
    }
    return changed
  }

  /** The newest stories of the window that have no vector and may get one. */
  #lacking(limit: number): SeenStory[] {
    // Oldest first: most stories stand in the window in the order of their times, and go to the end.
    const lacking: SeenStory[] = []
    for (const story of this.#desk.window().threads.stories()) {
      if (story.vector || this.#without.has(story)) continue
      let at = lacking.length
      while (at > 0 && later(lacking[at - 1] as SeenStory, story)) at--
      if (at === 0 && lacking.length >= limit) continue
      lacking.splice(at, 0, story)
      if (lacking.length > limit) lacking.shift()
    }
    return lacking.reverse()
  }

  #write<T>(context: Context, work: (filing: Filing) => T): Promise<T> {
    const { turns, storing, transaction } = this.#desk
    return turns.next().then(() =>
      storing.write(() =>
        transaction(context, (filing, catchUp) => {
          catchUp()
          return work(filing)
        }),
      ),
    )
  }

  /** The number of a model that was in use before, or a new one. */
  #numberOf(model: SentenceModel): number {
    const known = this.#memory(memory => memory.models())?.find(
      ({ name, probes }) => name === model.name && isSameModel(probes, model.probes),
    )
    if (known) return known.id
    const id = Number.parseInt(digest(JSON.stringify(model)).toString('hex').slice(0, 12), 16)
    this.#memory(memory => memory.addModel({ id, ...model }))
    return id
  }

  /** What is remembered saves time and is needed for nothing: undefined where its file cannot be used. */
  #memory<T>(work: (memory: VectorStore) => T): T | undefined {
    try {
      return work(this.#desk.store.vectors)
    } catch {
      return undefined
    }
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const keyOf = (model: number, text: string): string => digest(`${model}\n${text}`).subarray(0, 16).toString('base64url')
const bytesOf = (key: string): Uint8Array => new Uint8Array(Buffer.from(key, 'base64url'))
