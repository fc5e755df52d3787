// Asks for the pages of reports whose feeds carry no text, one page of a host at a time, beside the polls and at their pace. What
// reads pages is loaded with the first of them.
import type { Fetcher } from '../collect/net/fetch.ts'
import type { PageReader } from '../collect/page/reader.ts'
import { EXTRACTOR } from '../collect/page/version.ts'
import { PAGES_SINCE, pagesToAsk } from '../decide/page.ts'
import { isDeskStopped } from '../desk/messages.ts'
import { said } from '../log.ts'
import type { Failure } from '../model/collected.ts'
import type { FeedSpec } from '../model/config.ts'
import type { PageAnswer, PageDue } from '../model/page.ts'
import type { Millis } from '../model/units.ts'
import { storeTrouble } from '../store/fault.ts'
import { mayBePrivate } from './ask.ts'
import { fetchPage, robotQuestion } from './page.ts'
import type { Poller } from './poller.ts'
import type { Polling } from './polling.ts'
import { robotsOf } from './robots.ts'

const HOUR: Millis = 3_600_000
/** Pages of a feed that are asked for in one round, at most. */
const LOOKED_AT = 20
/** Hosts that are asked at once. */
const MOST_AT_ONCE = 4

type PagesPolling = Pick<
  Polling,
  'feeds' | 'settings' | 'reader' | 'desk' | 'now' | 'log' | 'signal' | 'isOurFault' | 'meter'
>

export interface PagesTools {
  polling: () => PagesPolling
  /** Asks a host when it is its turn. */
  poller: () => Pick<Poller, 'ask' | 'slower'>
}

/** What a page would be judged by: the address that was asked for, and what the feed says. */
const questionOf = ({ title, text: summary, url }: PageDue) => ({ title, summary, url })

export class Pages {
  readonly #with: PagesTools
  #running: Promise<void> | null = null
  #reader: Promise<PageReader> | null = null
  #closed = false

  constructor(tools: PagesTools) {
    this.#with = tools
  }

  /** Ask for what is due, where pages are to be asked for at all. */
  look(): void {
    if (this.#closed || this.#running !== null || !this.#isWanted()) return
    this.#running = this.#run()
      .catch((error: unknown) => {
        const { signal, log } = this.#with.polling()
        if (!signal.aborted && !isDeskStopped(error) && storeTrouble(error) === null) {
          log.error('pages could not be filed', { error: said(error) })
        }
      })
      .finally(() => {
        this.#running = null
      })
  }

  /** Resolves when nothing is asked for. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** Ask for what is due until that is done, or for so long. */
  async once(patience: Millis): Promise<void> {
    const timer = setTimeout(() => {
      this.#closed = true
    }, patience)
    this.look()
    await this.#running
    clearTimeout(timer)
    await this.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    await (await this.#reader)?.close()
  }

  #isWanted(): boolean {
    for (const { spec } of this.#with.polling().feeds.values()) if (spec.text === 'page' && !spec.paused) return true
    return false
  }

  async #run(): Promise<void> {
    const { reader, settings, now, signal } = this.#with.polling()
    const specs = this.#specs()
    const began = now()
    const due = reader.pagesDue([...specs.keys()], began - PAGES_SINCE, began, LOOKED_AT)
    const asked = reader.pagesAsked(began - HOUR)
    const left = new Set(due)
    // Hosts that are not asked any more in this round: they rest, or are not to be reached.
    const resting = new Set<string>()
    while (left.size > 0 && !this.#closed && !signal.aborted) {
      const state = { asked, pauses: reader.pagePauses(), budget: settings.pagesPerHost, now: now() }
      const some = pagesToAsk([...left], state)
        .filter(({ host }) => !resting.has(host))
        .slice(0, MOST_AT_ONCE)
      if (some.length === 0) return
      await Promise.all(
        some.map(async ({ page, host }) => {
          left.delete(page)
          const spec = specs.get(page.feed)
          if (spec === undefined || !(await this.#one(page, host, spec))) resting.add(host)
          else asked.set(host, (asked.get(host) ?? 0) + 1)
        }),
      )
    }
  }

  /** The feeds whose pages are asked for, by their numbers. */
  #specs(): Map<number, FeedSpec> {
    const { reader, feeds } = this.#with.polling()
    const specs = new Map<number, FeedSpec>()
    for (const { id, url, state } of reader.feeds()) {
      const spec = feeds.get(url)?.spec
      if (spec?.text === 'page' && !spec.paused && state !== 'paused') specs.set(id, spec)
    }
    return specs
  }

  /** Ask for one page and file what came of it. False where its host is not to be asked for others now. */
  async #one(page: PageDue, host: string, spec: FeedSpec): Promise<boolean> {
    const { desk, now, log, meter } = this.#with.polling()
    const answer = await this.#answer(page, spec)
    if (answer === null) return false
    const asked = { report: page.report, host, answer, attempts: page.attempts + 1, extractor: EXTRACTOR }
    const outcome = await desk.filePage(asked, now())
    if (outcome !== null) meter?.page(outcome)
    log.debug('page', { url: page.url, outcome, because: answer.because })
    return true
  }

  /** Null where the page is not to blame, and is asked for another time. */
  async #answer(page: PageDue, spec: FeedSpec): Promise<PageAnswer | null> {
    const polling = this.#with.polling()
    const { settings, now, signal } = polling
    const poller = this.#with.poller()
    const get: Fetcher['get'] = request => poller.ask(request)
    const robots = robotsOf({ ...polling, fetcher: { get }, slower: (url, delay) => poller.slower(url, delay) })
    const may = await robots.may(page.url, { spec, now: now() })
    if (signal.aborted) return null
    if (!may.ok && may.failure === null) return { verdict: 'forbidden', because: may.reason }
    if (!may.ok)
      return (await this.#isUnasked(page.url, may.failure)) ? null : { verdict: 'failed', because: may.reason }
    const allowPrivate = mayBePrivate(settings, spec, page.url)
    const got = await fetchPage({ get }, { url: page.url, allowPrivate, now: now(), signal })
    if (signal.aborted) return null
    if (got.kind === 'failed') {
      const { failure } = got
      return (await this.#isUnasked(page.url, failure)) ? null : { verdict: 'failed', because: failure.message }
    }
    const { bytes, finalUrl, status, contentType, robotsTag } = got
    this.#reader ??= import('../collect/page/reader.ts').then(({ createPageReader }) => createPageReader())
    const reader = await this.#reader
    const asks = robotQuestion(robotsTag, settings.userAgent, now())
    const question = {
      ...questionOf(page),
      finalUrl,
      status,
      contentType,
      ...(!spec.ignoresRobots && { robots: asks }),
    }
    const read = await reader.read(bytes, question)
    return read.ok ? read.value : { verdict: 'failed', because: read.reason }
  }

  /** Whether nobody was asked: its host rests, or there is no network. */
  async #isUnasked(url: string, failure: Failure | null): Promise<boolean> {
    if (failure === null) return false
    return failure.kind === 'throttled' || (await this.#with.polling().isOurFault?.(url, failure)) === true
  }
}
