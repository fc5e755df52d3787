// Tells open pages which threads grew, by server-sent events (HTML Living Standard, section 9.2): at most one message a second, and
// nothing is looked for while nobody listens.
import { type LeveledLog, said } from '../log.ts'
import type { Reader } from '../model/shown.ts'
import type { Millis } from '../model/units.ts'
import type { Site } from '../publish/site.ts'

/** The site with a stream of its news. */
export function withLive(site: Site, live: Live): Site {
  return { ...site, fetch: request => live.answer(request) ?? site.fetch(request) }
}

/** Pages that listen at once: one connection each, of the thousand that are accepted. */
const MOST = 300
const LOOK: Millis = 1_000
/** Less than any proxy waits for a byte. */
const HEARTBEAT: Millis = 15_000
/** Messages that a client has not taken, from which on it is not waited for. */
const BEHIND = 20

export interface LiveOptions {
  reader: Pick<Reader, 'version' | 'grown'>
  now: () => Millis
  most?: number
  look?: Millis
  log?: Pick<LeveledLog, 'error'>
}

type Client = ReadableStreamDefaultController<Uint8Array>

export class Live {
  readonly #options: LiveOptions
  readonly #clients = new Set<Client>()
  readonly #encoder = new TextEncoder()
  #timer: NodeJS.Timeout | null = null
  #version = 0
  /** Threads that were told of, by the time of their last change; all others changed since the newest of these. */
  #told = new Map<number, Millis>()
  #since: Millis = 0
  #beat: Millis = 0
  #isFailing = false

  constructor(options: LiveOptions) {
    this.#options = options
  }

  get listening(): number {
    return this.#clients.size
  }

  /** The stream, for a GET of `/events`; null for every other request. */
  answer(request: Request): Response | null {
    if (request.method !== 'GET' || new URL(request.url).pathname !== '/events') return null
    const { most = MOST } = this.#options
    if (this.#clients.size >= most)
      return new Response('Too many pages are listening.\n', { status: 503, headers: { 'Retry-After': '60' } })
    let own: Client | null = null
    const body = new ReadableStream<Uint8Array>(
      {
        start: client => {
          own = client
          client.enqueue(this.#encoder.encode('retry: 5000\n\n'))
          this.#clients.add(client)
          this.#begin()
        },
        cancel: () => {
          if (own !== null) this.#drop(own)
        },
      },
      { highWaterMark: BEHIND },
    )
    return new Response(body, {
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        // nginx holds answers back otherwise.
        'X-Accel-Buffering': 'no',
      },
    })
  }

  close(): void {
    for (const client of [...this.#clients]) {
      this.#drop(client)
      client.close()
    }
  }

  #begin(): void {
    if (this.#timer !== null) return
    this.#version = this.#options.reader.version()
    this.#since = this.#options.now()
    this.#told.clear()
    this.#beat = performance.now()
    this.#timer = setInterval(() => this.#look(), this.#options.look ?? LOOK).unref()
  }

  #drop(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #look(): void {
    try {
      const { reader } = this.#options
      const version = reader.version()
      if (version !== this.#version) {
        this.#version = version
        const threads = this.#grown()
        if (threads.length > 0) this.#send(`data: ${JSON.stringify({ version, threads })}\n\n`)
      }
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#options.log?.error('open pages could not be told of news', { error: said(error) })
      this.#isFailing = true
    }
    if (performance.now() - this.#beat >= HEARTBEAT) this.#send(': here\n\n')
  }

  #grown(): { id: number; languages: string[] }[] {
    const found = this.#options.reader.grown(this.#since)
    const fresh = found.filter(({ id, updated }) => this.#told.get(id) !== updated)
    const newest = found.reduce((most, { updated }) => Math.max(most, updated), this.#since)
    // Others may yet be filed at that very moment.
    if (newest > this.#since) this.#told.clear()
    this.#since = newest
    for (const { id, updated } of found) if (updated === newest) this.#told.set(id, updated)
    return fresh.map(({ id, languages }) => ({ id, languages }))
  }

  #send(text: string): void {
    this.#beat = performance.now()
    const bytes = this.#encoder.encode(text)
    for (const client of [...this.#clients]) {
      if ((client.desiredSize ?? 0) > 0) client.enqueue(bytes)
      else {
        this.#drop(client)
        client.close()
      }
    }
  }
}
