// Answers requests with renderings. What was rendered is remembered for one state of the published data; renderings run one
// at a time, shared by all requests that wait for the same one.
import type { Millis } from '../model/units.ts'
import { type Asked, askedBy, wishedEncoding } from './asked.ts'
import { type Answer, answerTo, encodingFor, Memory, Prepared, type Rendering, respond } from './delivery.ts'
import { refusalDocument } from './problem.ts'
import { Renderings } from './renderings.ts'
import { Superseded } from './superseded.ts'

/** Renderings and bytes remembered at most. */
const CACHED_ENTRIES = 200
const CACHED_BYTES = 64 * 1024 * 1024
/** `Retry-After` of a refused request, in seconds. */
const RETRY_AFTER = 5

export interface AnswersOptions {
  /** Renderings are stale when one of these values is another. */
  state: () => readonly unknown[]
  now: () => Millis
  /** Runs a rendering in a turn of the event loop of its own; absent, it runs at once. */
  turn?: ((work: () => void) => void) | undefined
  /** Runs work when the state is to be looked at again for answers that lie ready; absent, after a `turn`. */
  rest?: ((work: () => void) => void) | undefined
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: (() => boolean) | undefined
}

export class Answers {
  readonly #superseded: Superseded
  readonly #memory: Memory
  readonly #renderings: Renderings<Prepared>
  readonly #state: () => readonly unknown[]
  readonly #rest: (work: () => void) => void
  readonly #isFull: () => boolean
  /** The state was looked at a moment ago. */
  #looked = false
  readonly #lookAgain = (): void => {
    this.#looked = false
  }

  constructor({ state, now, turn = work => work(), rest = turn, isFull = () => false }: AnswersOptions) {
    this.#superseded = new Superseded(now)
    this.#memory = new Memory(CACHED_ENTRIES, CACHED_BYTES, (key, prepared) => this.#superseded.put(key, prepared))
    this.#renderings = new Renderings<Prepared>(turn)
    this.#state = state
    this.#rest = rest
    this.#isFull = isFull
  }

  /**
   * The answer to a GET or HEAD of `address` that lies ready; null where it is to be made or routed. The state is looked at
   * once for all requests until the `rest` is over.
   */
  ready(address: string, asked: Asked): Answer | null {
    if (!this.#looked && !this.#look()) return null
    const known = this.#memory.at(wordedAddress(address, asked))
    return known === null ? null : answerTo(asked, known)
  }

  /** False where the state cannot be told; whoever renders learns why. */
  #look(): boolean {
    try {
      this.#memory.renew(this.#state())
    } catch {
      return false
    }
    this.#looked = true
    this.#rest(this.#lookAgain)
    return true
  }

  /**
   * With what `make` gives, rendered once for each state and `key`. While others are rendered, with what was made for a state
   * that is just over.
   */
  remembered(request: Request, key: string, make: () => Rendering): Response | Promise<Response> {
    const asked = askedBy(request)
    const known = this.#memory.find(this.#state(), key, wordedAddress(addressOf(request.url), asked))
    if (known !== null && answerTo(asked, known) !== null) return respond(request, known)
    return this.#queued(request, key, () => this.#memory.get(this.#state(), key, make))
  }

  /**
   * With what `make` gives, rendered anew, but once for all requests that wait for it. While others are rendered, with what was
   * made last.
   */
  fresh(request: Request, key: string, make: () => Rendering): Response | Promise<Response> {
    return this.#queued(request, key, () => {
      const made = new Prepared(make())
      this.#superseded.put(key, made)
      return made
    })
  }

  /** With a rendering at hand. */
  now(request: Request, rendering: Rendering): Response {
    return respond(request, new Prepared(rendering))
  }

  #queued(request: Request, key: string, make: () => Prepared): Response | Promise<Response> {
    if (this.#isFull()) return overloaded(request)
    const asked = askedBy(request)
    const last = this.#renderings.pending > 0 ? this.#superseded.find(key) : null
    const answered = last !== null && answerTo(asked, last) !== null
    const rendered = this.#renderings.get(
      `${wishedEncoding(asked)} ${key}`,
      async () => {
        const prepared = make()
        if (answerTo(asked, prepared) === null) await prepared.encode(encodingFor(asked, prepared))
        this.#memory.trim()
        // It is the last of those that wait.
        if (this.#renderings.pending === 1) this.#superseded.clear()
        return prepared
      },
      () => !answered && request.signal.aborted,
    )
    if (answered) {
      // Who waits for it learns why it cannot be made.
      rendered?.catch(() => {})
      return respond(request, last)
    }
    if (rendered === null) return overloaded(request)
    return rendered.then(prepared => (prepared === null ? overloaded(request) : respond(request, prepared)))
  }
}

/** What may have an answer of its own: an address, in the language that is asked for. */
function wordedAddress(address: string, { language }: Asked): string {
  return `${language ?? ''} ${address}`
}

/** Path and query of an absolute address, as they stand in it. */
function addressOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('://') + 3))
}

function overloaded(request: Request): Response {
  const text = `Too many pages are being made at once. Ask again in ${RETRY_AFTER} seconds, or for fewer at a time.`
  const response = respond(request, new Prepared(refusalDocument(new URL(request.url).pathname, 503, text)))
  response.headers.set('Retry-After', String(RETRY_AFTER))
  return response
}
