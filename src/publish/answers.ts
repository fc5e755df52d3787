// Answers requests with renderings. What was rendered is remembered for one state of the published data; renderings run one
// at a time, shared by all requests that wait for the same one.
import { encodingFor, Memory, needsEncoding, Prepared, type Rendering, respond, wishedEncoding } from './delivery.ts'
import { sentenceDocument } from './documents.ts'
import { Renderings } from './renderings.ts'

/** Renderings and bytes remembered at most. */
const CACHED_ENTRIES = 200
const CACHED_BYTES = 64 * 1024 * 1024
/** `Retry-After` of a refused request, in seconds. */
const RETRY_AFTER = 5

export interface AnswersOptions {
  /** Renderings are stale when one of these values is another. */
  state: () => readonly unknown[]
  /** Runs a rendering in a turn of the event loop of its own; absent, it runs at once. */
  turn?: ((work: () => void) => void) | undefined
  /** Whether answers on their way hold so much memory that nothing new is to be rendered. */
  isFull?: (() => boolean) | undefined
}

export class Answers {
  readonly #memory = new Memory(CACHED_ENTRIES, CACHED_BYTES)
  readonly #renderings: Renderings<Prepared>
  readonly #state: () => readonly unknown[]
  readonly #isFull: () => boolean

  constructor({ state, turn = work => work(), isFull = () => false }: AnswersOptions) {
    this.#renderings = new Renderings<Prepared>(turn)
    this.#state = state
    this.#isFull = isFull
  }

  /** With what `make` gives, rendered once for each state and `key`. */
  remembered(request: Request, key: string, make: () => Rendering): Response | Promise<Response> {
    const known = this.#memory.find(this.#state(), key)
    if (known !== null && !needsEncoding(request, known)) return respond(request, known)
    return this.#queued(request, key, () => this.#memory.get(this.#state(), key, make))
  }

  /** With what `make` gives, rendered anew, but once for all requests that wait for it. */
  fresh(request: Request, key: string, make: () => Rendering): Response | Promise<Response> {
    return this.#queued(request, key, () => new Prepared(make()))
  }

  /** With a rendering at hand. */
  now(request: Request, rendering: Rendering): Response {
    return respond(request, new Prepared(rendering))
  }

  #queued(request: Request, key: string, make: () => Prepared): Response | Promise<Response> {
    if (this.#isFull()) return overloaded(request)
    const rendered = this.#renderings.get(
      `${wishedEncoding(request)} ${key}`,
      async () => {
        const prepared = make()
        if (needsEncoding(request, prepared)) await prepared.encode(encodingFor(request, prepared))
        this.#memory.trim()
        return prepared
      },
      () => request.signal.aborted,
    )
    if (rendered === null) return overloaded(request)
    return rendered.then(prepared => (prepared === null ? overloaded(request) : respond(request, prepared)))
  }
}

function overloaded(request: Request): Response {
  const text = `Too many pages are being made at once. Ask again in ${RETRY_AFTER} seconds, or for fewer at a time.`
  const response = respond(request, new Prepared(sentenceDocument(503, text)))
  response.headers.set('Retry-After', String(RETRY_AFTER))
  return response
}
