// Reads the list of reports on a page: by the selectors of the configuration, else by what the page says of itself (JSON-LD),
// else by its repeated articles. No page of a report is asked for, and nothing of the page is run.
import { createHash } from 'node:crypto'
import { languageOfHeadline, pathLanguage } from '../../language/headline.ts'
import { readLanguage } from '../../language/named.ts'
import type { ParsedEntry, ParsedFeed, RobotQuestion } from '../../model/collected.ts'
import type { PageRules } from '../../model/config.ts'
import type { Millis, Outcome } from '../../model/units.ts'
import { directivesOf } from '../directives.ts'
import { languageOfDates } from '../feed/dates/language.ts'
import { finish, newCuts, reportCuts } from '../feed/entry.ts'
import { escapeText } from '../feed/escape.ts'
import { resolve } from '../feed/links.ts'
import { leftOutWarning, Newest } from '../feed/newest.ts'
import { type PageTree, readTree } from '../page/tree.ts'
import { addressOf, type Item, keyOf, type Parts, type Refused, readItem, type Site } from './items.ts'
import { type Element, elementsOf, lineOfElement, nearest, within } from './nodes.ts'
import { type Selector, Selectors, TooSlowError } from './select.ts'
import { structuredItems } from './structured.ts'
import type { Clock } from './times.ts'

export interface ListOptions {
  /** Address of the page. */
  url: string | null
  maxEntries: number
  now: Millis
  /** As configured. */
  language: string | null
  rules: PageRules
  /** Whether a part of the page was left out before. */
  partial: boolean
  /** Addresses that are no reports where they have no date. Left out where none are known. */
  standing?: readonly string[] | undefined
  /** By what it is read whether its links may be followed. Left out where nobody asks. */
  robots?: RobotQuestion | undefined
}

/** Elements that are read as items. */
const MOST_ITEMS = 20_000
/** Items around an item that is read. */
const DEEPEST_ITEM = 3
/** So many reports are a list. */
const FEWEST = 2
/** Headlines that show the language of dates. */
const SHOWN = 20
/** Parts of a page where no list of reports is looked for. */
const AROUND = /^(?:header|footer|nav|aside)$/
const ROLES = /^(?:navigation|banner|contentinfo|complementary|dialog)$/
const KEYS = ['items', 'title', 'link', 'time', 'summary'] as const
const NO_PARTS: Parts = { title: null, link: null, time: null, summary: null }

/** What was read of a page, before it is made into entries. */
interface Found {
  items: Item[]
  left: Map<Refused | 'twice', number>
}

/** Reads a page; the reason where there is no list, or the selectors find none. */
export function parseList(html: string, options: ListOptions): Outcome<ParsedFeed> {
  const tree = readTree(html, { keepsAll: true })
  try {
    return read(tree, options)
  } catch (error) {
    if (!(error instanceof TooSlowError)) throw error
    const { items } = options.rules
    const which = items === null ? 'its selectors' : `the selector ${quoted(items)} of "items"`
    return { ok: false, reason: `the page is too large for ${which}: name elements by a class or an id` }
  }
}

const quoted = (selector: string): string => JSON.stringify(selector)

function read(tree: PageTree, options: ListOptions): Outcome<ParsedFeed> {
  const { url, now, rules, language, robots } = options
  const unwanted = robots === undefined ? undefined : directivesOf(tree.metas, robots).get('nofollow')
  if (unwanted !== undefined)
    return { ok: false, reason: `the page asks robots not to follow its links (${unwanted}); ${OVERRULE}` }
  const base = tree.base === null ? url : (resolve(tree.base, url) ?? url)
  const site: Site = { url, base }
  const root = elementsOf(tree)
  const spoken = languageOfDates(language, readLanguage(tree.language), [tree.title, ...headings(root)])
  const clock: Clock = { now, language: spoken, zone: rules.zone }
  const selecting = new Selectors()
  const selectors = new Map<(typeof KEYS)[number], Selector>()
  for (const key of KEYS) {
    const written = rules[key]
    if (written === null) continue
    const selector = selecting.read(written)
    if (!selector.ok)
      return { ok: false, reason: `the selector ${quoted(written)} of "${key}" cannot be read: ${selector.reason}` }
    selectors.set(key, selector.value)
  }
  const parts: Parts = {
    title: selectors.get('title') ?? null,
    link: selectors.get('link') ?? null,
    time: selectors.get('time') ?? null,
    summary: selectors.get('summary') ?? null,
  }
  const items = selectors.get('items')
  const reading = { selecting, parts, site, clock }
  if (items !== undefined) {
    const elements = withoutContainers(selecting.all(items, root))
    const found = readAll(elements, reading)
    if (found.items.length > 0) return made(tree, found, options)
    return { ok: false, reason: nothingBy(rules.items ?? '', elements.length, found.left) }
  }
  const structured = structuredItems(tree.data, () => linkTexts(root, site), { site, clock })
  if (structured.length > FEWEST) return made(tree, { items: structured, left: new Map() }, options)
  const articles = readAll(withoutContainers(articlesOf(root)), {
    ...reading,
    parts: hasParts(rules) ? parts : NO_PARTS,
  })
  if (articles.items.length >= FEWEST) return made(tree, articles, options)
  if (structured.length > 0) return made(tree, { items: structured, left: new Map() }, options)
  return {
    ok: false,
    reason:
      'no list of reports on the page: neither JSON-LD nor repeated <article> elements; name its items by a CSS selector ("items")',
  }
}

const ONLY_STANDING =
  'the list has nothing but links that have stood in it for long: the page may have been rebuilt: look at it, and change the selector'
const OVERRULE = 'where its owner allows it all the same, set "robots": "ignore" for the feed'

const hasParts = ({ title, link, time, summary }: PageRules): boolean => (title ?? link ?? time ?? summary) !== null

/** Why a selector that stands in the configuration brought nothing. */
function nothingBy(selector: string, elements: number, left: Found['left']): string {
  const says = `the selector ${quoted(selector)} of "items"`
  const help = 'the page may have been rebuilt: look at it, and change the selector'
  if (elements === 0) return `${says} finds nothing on the page: ${help}`
  const counted = elements === 1 ? '1 element' : `${elements} elements`
  const why = (left.get('elsewhere') ?? 0) > 0 ? 'a link to this site' : 'a link and a headline'
  return `${says} finds ${counted}, none with ${why}: ${help}`
}

/** Without what several others lie in, and without what lies too deep in others. */
function withoutContainers(elements: readonly Element[]): Element[] {
  const held = new Map<Element, number>()
  const depths = new Map<Element, number>()
  for (const element of elements) {
    const around = element.parent === null ? null : nearest(element.parent, one => depths.has(one))
    depths.set(element, around === null ? 0 : (depths.get(around) ?? 0) + 1)
    if (around !== null) held.set(around, (held.get(around) ?? 0) + 1)
  }
  const isItem = (element: Element): boolean =>
    (held.get(element) ?? 0) < 2 && (depths.get(element) ?? 0) <= DEEPEST_ITEM
  return elements.filter(isItem).slice(0, MOST_ITEMS)
}

/** Articles in the middle of a page that have a heading and a link. */
function articlesOf(root: Element): Element[] {
  const found: Element[] = []
  const ahead: Element[] = [root]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const isAround = AROUND.test(next.name) && nearest(next, one => one.name === 'article') === null
    if (isAround || ROLES.test(next.attributes['role'] ?? '')) continue
    if (next.name === 'article' && hasHeading(next)) found.push(next)
    for (let at = next.children.length - 1; at >= 0; at--) ahead.push(next.children[at] as Element)
  }
  return found
}

function hasHeading(article: Element): boolean {
  for (const { name } of within(article)) if (/^h[1-4]$/.test(name)) return true
  return false
}

function headings(root: Element): string[] {
  const found: string[] = []
  for (const element of within(root)) {
    if (found.length >= SHOWN) break
    if (/^h[1-4]$/.test(element.name) || element.name === 'a') {
      const text = lineOfElement(element).slice(0, 200)
      if (text.length > 20) found.push(text)
    }
  }
  return found
}

/** The longest text of each link of the site, by address. */
function linkTexts(root: Element, site: Site): Map<string, string> {
  const texts = new Map<string, string>()
  for (const element of within(root)) {
    const href = element.name === 'a' ? element.attributes['href'] : undefined
    const address = href === undefined || texts.size >= MOST_ITEMS ? null : addressOf(href, site)
    if (address === null || !address.ok) continue
    const text = lineOfElement(element).slice(0, 300)
    const key = keyOf(address.url)
    if (text.length > (texts.get(key)?.length ?? 0)) texts.set(key, text)
  }
  return texts
}

/** The items of elements; of those with one address the first, with what others say beside. */
function readAll(elements: readonly Element[], reading: Parameters<typeof readItem>[1]): Found {
  const left: Found['left'] = new Map()
  const leave = (why: Refused | 'twice'): void => void left.set(why, (left.get(why) ?? 0) + 1)
  const items = new Map<string, Item>()
  for (const element of elements) {
    const item = readItem(element, reading)
    if (!item.ok) {
      leave(item.why)
      continue
    }
    const key = keyOf(item.value.url)
    const before = items.get(key)
    if (before === undefined) items.set(key, item.value)
    else {
      leave('twice')
      before.published ??= item.value.published
      before.summary ??= item.value.summary
    }
  }
  return { items: [...items.values()], left }
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

function made(tree: PageTree, { items: all, left }: Found, options: ListOptions): Outcome<ParsedFeed> {
  const { url, maxEntries, now, language, partial, standing = [] } = options
  const known = new Set(standing.map(keyOf))
  const items = all.filter(item => item.published !== null || !known.has(keyOf(item.url)))
  if (items.length === 0) return { ok: false, reason: ONLY_STANDING }
  const warnings: string[] = []
  const stood = all.length - items.length
  if (stood > 0) {
    const links = counted(stood, 'link without a date stands', 'links without a date stand')
    warnings.push(`${links} in the list at every poll, as navigation does: left out`)
  }
  if (tree.isCut || partial) warnings.push('the page is too large: what stands at its beginning is read')
  const newest = new Newest<Item>(maxEntries, now, ({ published }) => ({ published, updated: null }))
  for (const item of items) newest.push(item)
  const { entries: taken, left: leftOut } = newest.take()
  const kept = leftOutWarning(leftOut, partial)
  if (kept !== null) warnings.push(kept)
  const elsewhere = left.get('elsewhere') ?? 0
  if (elsewhere > 0) warnings.push(`${counted(elsewhere, 'item leads', 'items lead')} to another site: left out`)
  const bare = left.get('title') ?? 0
  if (bare > 0) warnings.push(`${counted(bare, 'item has', 'items have')} no headline: left out until it has one`)
  const cuts = newCuts()
  const tag = readLanguage(tree.language)
  const entries = taken.map(
    ({ url: address, title, published, summary }): ParsedEntry =>
      finish(
        {
          id: address,
          url: address,
          title: { text: title, kind: 'text' },
          summary: summary === null ? null : { html: escapeText(summary), base: url },
          content: null,
          published,
          updated: null,
          authors: [],
          categories: [],
          enclosures: [],
          language: languageOfHeadline(title, { path: pathLanguage(address), tag, agency: language }),
          source: null,
        },
        null,
        cuts,
      ),
  )
  reportCuts(cuts, warnings)
  const name = (tree.metas.get('og:site_name') ?? tree.title).replace(/\s+/g, ' ').trim().slice(0, 300)
  return {
    ok: true,
    value: {
      format: 'page',
      version: null,
      title: name === '' ? null : name,
      link: url,
      language: tag,
      ttl: null,
      skip: null,
      hub: null,
      self: null,
      entries,
      list: { entries: items.length, hash: hashOf(entries) },
      warnings,
    },
  }
}

/** Of what a revision would change: a date that is told from now changes at each request. */
function hashOf(entries: readonly ParsedEntry[]): string {
  const hash = createHash('sha256')
  for (const { url, title, text } of entries) hash.update(JSON.stringify([url, title, text]))
  return hash.digest('hex').slice(0, 32)
}
