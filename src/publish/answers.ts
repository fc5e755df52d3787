// Answers requests with renderings. What was rendered is remembered for one state of the published data; renderings run one
// at a time, shared by all requests that wait for the same one.
import type { Millis } from '../model/units.ts'
import { type Asked, askedBy, wishedEncoding } from './asked.ts'
import {
  type Answer,
  answerTo,
  encodingFor,
  isSameState,
  Memory,
  Prepared,
  type Rendering,
  respond,
} from './delivery.ts'
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
  /**
   * Runs work when a state that has just changed may change again for who reads: what is filed all the while is shown that often.
   * Absent, each state is shown.
   */
  pace?: ((work: () => void) => void) | undefined
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: (() => boolean) | undefined
  /** Whether an error of `state` says that it cannot be told just now. */
  isAway?: ((error: unknown) => boolean) | undefined
  /** Renders what a request asks for in another thread, where it holds nobody up; absent, it is rendered here. */
  elsewhere?: Elsewhere | undefined
}

/** Renders what is found at an address, path and query as they were sent, in words of a language. */
export type Elsewhere = (address: string, language: string | null) => Promise<Rendering<string | Uint8Array>>

/** How requests are answered: with a rendering, or with what makes one. */
export interface Answering {
  /** With what `make` gives, rendered once for each state and `key`. */
  remembered(request: Request, key: string, make: () => Rendering): Response | Promise<Response>
  /**
   * With what `make` gives, rendered anew, but once for all requests that wait for it or come within the `pace`. `small` is rendered
   * here in any case.
   */
  fresh(request: Request, key: string, make: () => Rendering, small?: 'small'): Response | Promise<Response>
  /** With a rendering at hand. */
  now(request: Request, rendering: Rendering): Response
}

/** Makes every rendering anew, for whoever keeps and sends it. */
export class Unanswered implements Answering {
  readonly #made = new WeakMap<Response, Rendering>()

  remembered(_request: Request, _key: string, make: () => Rendering): Response {
    return this.#noted(make())
  }

  fresh(_request: Request, _key: string, make: () => Rendering): Response {
    return this.#noted(make())
  }

  now(_request: Request, rendering: Rendering): Response {
    return this.#noted(rendering)
  }

  /** The rendering that a response stands for. */
  rendering(response: Response): Rendering | null {
    return this.#made.get(response) ?? null
  }

  #noted(rendering: Rendering): Response {
    const response = new Response(null, { status: rendering.status })
    this.#made.set(response, rendering)
    return response
  }
}

export class Answers implements Answering {
  readonly #superseded: Superseded
  readonly #memory: Memory
  readonly #renderings: Renderings<Prepared>
  readonly #options: AnswersOptions
  /** What was made anew a moment ago. */
  readonly #fresh = new Map<string, Prepared>()
  readonly #now: () => Millis
  readonly #rest: (work: () => void) => void
  readonly #isFull: () => boolean
  /** The state that is shown, and when it was last seen to be that of the store. */
  #state: readonly unknown[] = []
  #seen: Millis = 0
  /** The state has changed a moment ago, and changes no more for now. */
  #paced = false
  /** Keys by the addresses at which renderings of a state that is over were given. */
  readonly #overdue = new Map<string, string>()
  #pruning = false
  /** The state was looked at a moment ago. */
  #looked = false
  readonly #lookAgain = (): void => {
    this.#looked = false
  }

  constructor(options: AnswersOptions) {
    const { now, turn = work => work(), rest = turn, isFull = () => false } = options
    this.#superseded = new Superseded(now)
    this.#memory = new Memory(CACHED_ENTRIES, CACHED_BYTES, (key, prepared) =>
      this.#superseded.put(key, prepared, this.#seen),
    )
    this.#renderings = new Renderings<Prepared>(turn)
    this.#options = options
    this.#now = now
    this.#rest = rest
    this.#isFull = isFull
  }

  /**
   * The answer to a GET or HEAD of `address` that lies ready; null where it is to be made or routed. The state is looked at
   * once for all requests until the `rest` is over.
   */
  ready(address: string, asked: Asked): Answer | null {
    if (!this.#looked && !this.#look()) return null
    const worded = wordedAddress(address, asked)
    const known = this.#memory.at(worded)
    if (known !== null) return answerTo(asked, known)
    // While it is made anew, who asks is given the last one.
    const key = this.#overdue.get(worded)
    if (key === undefined || !this.#renderings.has(jobOf(asked, key))) return null
    const last = this.#superseded.find(key)
    return last === null ? null : answerTo(asked, last)
  }

  /** False where the state cannot be told; whoever renders learns why. */
  #look(): boolean {
    try {
      this.#renew()
    } catch {
      return false
    }
    this.#looked = true
    this.#rest(this.#lookAgain)
    return true
  }

  /** The state to be shown, with all forgotten that is not of it. */
  #renew(): readonly unknown[] {
    if (this.#paced) return this.#state
    const state = this.#told()
    if (!isSameState(state, this.#state)) {
      this.#memory.renew(state)
      const { pace } = this.#options
      if (pace !== undefined && this.#state.length > 0) {
        this.#paced = true
        pace(() => {
          this.#paced = false
        })
      }
      this.#state = state
    }
    this.#seen = this.#now()
    return state
  }

  /** The state of the store. While that is away it is the last that was seen: what lies ready is answered. */
  #told(): readonly unknown[] {
    try {
      return this.#options.state()
    } catch (error) {
      if (this.#state.length === 0 || !this.#options.isAway?.(error)) throw error
      return this.#state
    }
  }

  /** While others are rendered, with what was made for a state that is just over. */
  remembered(request: Request, key: string, make: () => Rendering): Response | Promise<Response> {
    const asked = askedBy(request)
    const address = addressOf(request.url)
    const known = this.#memory.find(this.#renew(), key, wordedAddress(address, asked))
    if (known !== null && answerTo(asked, known) !== null) return respond(request, known)
    const { elsewhere } = this.#options
    if (elsewhere === undefined) {
      return this.#queued(request, key, () => this.#memory.get(this.#renew(), key, () => new Prepared(make())))
    }
    return this.#queued(request, key, async () => {
      const state = this.#renew()
      const kept = this.#memory.find(state, key, wordedAddress(address, asked))
      if (kept !== null) return kept
      const made = new Prepared(await elsewhere(address, asked.language))
      // Before it takes the place of one that can be sent.
      await made.encode(encodingFor(asked, made))
      if (isSameState(state, this.#state)) return this.#memory.get(state, key, () => made)
      // It is of a state that is over, or of one that is yet to be seen.
      if (made.rendering.status === 200) this.#superseded.put(key, made, this.#now())
      return made
    })
  }

  /** While others are rendered, with what was made last. */
  fresh(request: Request, key: string, make: () => Rendering, small?: 'small'): Response | Promise<Response> {
    const { elsewhere, pace } = this.#options
    const asked = askedBy(request)
    const known = this.#fresh.get(key)
    if (known !== undefined && answerTo(asked, known) !== null) return respond(request, known)
    return this.#queued(request, key, async () => {
      const here = elsewhere === undefined || small !== undefined
      const made = new Prepared(here ? make() : await elsewhere(addressOf(request.url), asked.language))
      await made.encode(encodingFor(asked, made))
      this.#superseded.put(key, made, this.#now())
      if (!here && pace !== undefined && made.rendering.status === 200) {
        this.#fresh.set(key, made)
        pace(() => {
          this.#fresh.delete(key)
          this.#superseded.put(key, made, this.#now())
          this.#prune()
        })
      }
      return made
    })
  }

  /** With a rendering at hand. */
  now(request: Request, rendering: Rendering): Response {
    return respond(request, new Prepared(rendering))
  }

  /** Let go of renderings that nobody will be given, now and when they have become too old. */
  #prune(): void {
    const { pace } = this.#options
    const isLeft = this.#superseded.prune(key => this.#memory.has(key) || this.#fresh.has(key))
    if (!isLeft || pace === undefined || this.#pruning) return
    this.#pruning = true
    pace(() => {
      this.#pruning = false
      this.#prune()
    })
  }

  #queued(request: Request, key: string, make: () => Prepared | Promise<Prepared>): Response | Promise<Response> {
    if (this.#isFull()) return overloaded(request)
    const asked = askedBy(request)
    const last = this.#renderings.pending > 0 ? this.#superseded.find(key) : null
    const answered = last !== null && answerTo(asked, last) !== null
    const rendered = this.#renderings.get(
      jobOf(asked, key),
      async () => {
        const prepared = await make()
        if (answerTo(asked, prepared) === null) await prepared.encode(encodingFor(asked, prepared))
        this.#memory.trim()
        // It is the last of those that wait.
        if (this.#renderings.pending === 1) this.#prune()
        return prepared
      },
      () => !answered && request.signal.aborted,
    )
    if (answered) {
      if (this.#overdue.size >= CACHED_ENTRIES) this.#overdue.clear()
      this.#overdue.set(wordedAddress(addressOf(request.url), asked), key)
      // Who waits for it learns why it cannot be made.
      rendered?.catch(() => {})
      return respond(request, last)
    }
    if (rendered === null) return overloaded(request)
    return rendered.then(prepared => (prepared === null ? overloaded(request) : respond(request, prepared)))
  }
}

/** What requests wait for together: a rendering in an encoding. */
function jobOf(asked: Asked, key: string): string {
  return `${wishedEncoding(asked)} ${key}`
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
  return unavailable(request, 'Too many pages are being made at once.', ', or for fewer at a time')
}

/** What is published cannot be reached. */
export const away = (request: Request): Response => unavailable(request, 'The database cannot be reached just now.')

/** Why nothing can be answered just now, with when to ask again. */
function unavailable(request: Request, why: string, orElse = ''): Response {
  const text = `${why} Ask again in ${RETRY_AFTER} seconds${orElse}.`
  const response = respond(request, new Prepared(refusalDocument(new URL(request.url).pathname, 503, text)))
  response.headers.set('Retry-After', String(RETRY_AFTER))
  return response
}
