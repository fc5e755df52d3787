// `add --page`: rules for a page's list are proposed, its first entries shown, and what was shown is written.
import { createParserPool } from '../collect/feed/pool.ts'
import { quotable } from '../collect/feed/quotable.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { selectorFault } from '../config/selectors.ts'
import { languageOf } from '../language/detect.ts'
import type { ParsedFeed } from '../model/collected.ts'
import type { Config, PageRules } from '../model/config.ts'
import type { Outcome } from '../model/units.ts'
import { type Answers, askingOnce } from '../run/asked-once.ts'
import { forbiddenByRobots } from '../run/find-sources.ts'
import { robotQuestion } from '../run/page.ts'
import { ask, canAsk } from './ask.ts'
import { plainly } from './found.ts'
import { Failed, hidden, out, say } from './shared.ts'
import { moment } from './shown.ts'

/** Entries that are shown. */
const SHOWN = 5

export interface PageOptions {
  allowPrivate?: boolean
  /** A selector to be taken in place of a proposal. */
  items?: string
}

/** A page with the rules it was read by, those that are set. */
export interface FoundPage {
  /** Where it was found, after redirects. */
  url: string
  feed: ParsedFeed
  rules: Partial<PageRules>
}

/** {@link lookForPage}; throws what a user is told. */
export async function findPage(target: string, config: Config, options: PageOptions): Promise<FoundPage> {
  const { items } = options
  const fault = items === undefined ? null : selectorFault(items)
  if (fault !== null) throw new Failed(`--items ${JSON.stringify(items)} ${fault}`, 2)
  const found = await lookForPage(target, config, options)
  if (!found.ok) throw new Failed(`nothing was added: ${found.reason}`)
  return found.value
}

/** Reads a page by rules of its own or by a selector, asking for what has not answered yet. The reason of a failure is one line. */
export async function lookForPage(
  target: string,
  config: Config,
  options: PageOptions,
  answers: Answers = new Map(),
): Promise<Outcome<FoundPage>> {
  const { items } = options
  const fetcher = createFetcher(config.poll)
  const asking = askingOnce(fetcher, target, answers)
  const pool = createParserPool({ size: 1 })
  try {
    const allowPrivate = options.allowPrivate === true || config.poll.allowPrivate
    const { userAgent } = config.poll
    const forbidden = await forbiddenByRobots(target, asking, { allowPrivate, userAgent, languageOf })
    if (forbidden !== null) return { ok: false, reason: hidden(forbidden) }
    const validators = { etag: null, lastModified: null }
    const got = await asking.get({ url: target, validators, headers: {}, allowPrivate, now: Date.now() })
    if (got.kind === 'failed') return { ok: false, reason: hidden(got.failure.message) }
    if (got.kind === 'unchanged') return { ok: false, reason: 'the page could not be read' }
    const rules = items === undefined ? null : { ...NOTHING, items }
    const { maxEntries } = config.poll
    const parsed = await pool.parse(got.body, got.contentType, {
      url: got.url,
      gap: got.gap,
      maxEntries,
      page: rules ?? 'propose',
      robots: robotQuestion(got.robotsTag, userAgent, Date.now()),
    })
    if (!parsed.ok) return { ok: false, reason: hidden(quotable(got, parsed.reason)) }
    const read = rules ?? parsed.value.list?.rules ?? NOTHING
    const set = Object.fromEntries(Object.entries(read).filter(([, rule]) => rule !== null))
    return { ok: true, value: { url: got.url, feed: parsed.value, rules: set } }
  } finally {
    await Promise.all([fetcher.close(), pool.close()])
  }
}

const NOTHING: PageRules = { items: null, title: null, link: null, time: null, summary: null, zone: null }

/** A page with fewer entries is none of news, but where the user says so. */
const LEAST = 3

/** Whether the list of a page without a feed is to be added: said beforehand, or asked at a terminal. */
export async function isWanted(
  found: FoundPage,
  url: string,
  { yes, json }: { yes?: boolean; json?: boolean },
): Promise<boolean> {
  if (found.feed.entries.length < LEAST) return false
  if (yes) return true
  say(`no feed and no map of news was found, but a list of ${found.feed.entries.length} entries on the page`)
  if (json || !canAsk()) {
    say(`minwal add ${plainly(url)} --page adds it`)
    return false
  }
  showPage(found)
  return /^\s*y/i.test((await ask('is it to be added? [y/N] ')) ?? '')
}

/** The rules and the first entries, in lines. */
export function showPage({ feed, rules }: FoundPage): void {
  const dated = feed.entries.filter(({ published }) => published !== null).length
  const by = rules.items === undefined ? 'found without selectors' : `items: ${rules.items}`
  out(hidden(`${by}; ${feed.entries.length} entries, ${dated} with a date`))
  for (const { title, published } of feed.entries.slice(0, SHOWN)) out(`${moment(published)}  ${hidden(title)}`)
}

/** The same for programs. */
export const pageForPrograms = ({ feed, rules }: FoundPage): object => ({
  rules,
  entries: feed.entries.length,
  first: feed.entries.slice(0, SHOWN).map(({ title, published, url }) => ({
    title: hidden(title),
    published: published === null ? null : new Date(published).toISOString(),
    url: url === null ? null : hidden(url),
  })),
})
