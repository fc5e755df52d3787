// Reads a news map: a sitemap whose pages are marked as news (sitemaps.org 0.9 with Google's news extension), or an index of
// such maps. One pass gathers drafts of its pages, and entries come out, each a bare headline with its address.
import { languageOfHeadline, pathLanguage } from '../../../language/headline.ts'
import { readLanguage } from '../../../language/named.ts'
import { primaryLanguage } from '../../../language/tag.ts'
import type { MapChild, ParsedEntry, ParsedFeed } from '../../../model/collected.ts'
import type { Millis, Outcome } from '../../../model/units.ts'
import { languageOfDates } from '../dates/language.ts'
import { DateReader } from '../dates/reader.ts'
import { readDate } from '../dates.ts'
import { type Cuts, finish, lineOf, newCuts, reportCuts } from '../entry.ts'
import { mediaType, resolve } from '../links.ts'
import { leftOutWarning, Newest } from '../newest.ts'
import { Scanner } from '../scan.ts'
import { type MapDraft, MapReading } from './elements.ts'
import { houseOfAddress } from './house.ts'

/** References and tags that are taken off a headline, one in the other. */
const ROUNDS = 4
const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/i
/** Keywords, each at most so long, and so many. */
const MAX_KEYWORDS = 50
/** Documents of an index that are handed on: its newest stand at one end of it. */
const MOST_NAMED = 10_000
/** What templates write where there is nothing. */
const NOTHING = /^(?:null|none|undefined|nan|n\/a|-+)$/i
/** A label that Google's rules put behind the name of a publication: "(subscription)". */
const LABEL = /\s{0,20}[(（][^()（）]{0,100}[)）]$/
/** Entries dated within so long of one another are dated by the same request. */
const ONE_REQUEST: Millis = 2 * 60_000

/** As of the parser of XML. */
export interface MapOptions {
  /** Address of the document. */
  url: string | null
  maxEntries: number
  /** The time by which dates in the future are recognised. Default the machine's. */
  now?: Millis
  /** Whether a part of the document was left out before. */
  partial?: boolean
  /** As configured. */
  language?: string | null
}

/** A page that becomes an entry, with its address and words made out. */
interface Page {
  draft: MapDraft
  url: string
  title: string
}

/** What was left out, and why. */
interface LeftOut {
  address: number
  house: number
  title: number
  twice: number
}

/** Plain text on one line, decoded until no reference is left, tags off. */
function plainLine(written: string, cuts: Cuts): string {
  let text = lineOf(written, 'html', cuts)
  for (let round = 1; round < ROUNDS && REFERENCE.test(text); round++) {
    const next = lineOf(text, 'html', cuts)
    if (next === text) break
    text = next
  }
  return text
}

/** A headline: words, and no address. */
const isHeadline = (title: string): boolean =>
  /[\p{L}\p{N}]/u.test(title) && !NOTHING.test(title) && !/^(?:https?:\/\/|www\.)\S*$/i.test(title)

/** One spelling of an address; null for what is none. */
function addressOf(written: string | null, base: string | null): string | null {
  const resolved = written === null ? null : resolve(written, base)
  const url = resolved === null ? null : URL.parse(resolved)
  if (url === null || url.username !== '' || url.password !== '') return null
  url.hash = ''
  return url.href
}

/** The most frequent of some values, the first of those that are equally so; null for none. */
function usual(values: Iterable<string>): string | null {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: string | null = null
  for (const [value, count] of counts) if (best === null || count > (counts.get(best) ?? 0)) best = value
  return best
}

/** Parts of a list with Latin, Arabic and Chinese commas and semicolons, each once whatever its case. */
function listOf(written: string | null, cuts: Cuts): string[] {
  if (written === null) return []
  const found = new Map<string, string>()
  for (const part of plainLine(written, cuts).split(/[,;،؛，；、]/, MAX_KEYWORDS * 4)) {
    const word = part.trim()
    const key = word.toLowerCase()
    if (word !== '' && !NOTHING.test(word) && !found.has(key) && found.size < MAX_KEYWORDS) found.set(key, word)
  }
  return [...found.values()]
}

/** Reads a map or an index of maps. What is neither, or marks no page as news, is a reason in one line. */
export function parseMap(text: string, options: MapOptions): Outcome<ParsedFeed> {
  let dated = 0
  const language = options.language ?? null
  const time = (written: string | null): Millis | null => {
    const reading = written === null ? null : readDate(written, language)
    return reading?.kind === 'time' ? reading.time : null
  }
  // lastmod is often the time of the request, so it chooses only where there is nothing else.
  const newest = new Newest<MapDraft>(options.maxEntries, options.now ?? Date.now(), ({ date, lastmod }) => ({
    published: time(date) ?? time(lastmod),
    updated: null,
  }))
  const reading = new MapReading(draft => {
    if (!draft.isNews) return
    dated++
    newest.push(draft)
  })
  const scanner = new Scanner(text, reading)
  // No document type and no entities of its own: a map has no use for them.
  let declares = false
  scanner.decoder.declare = declaration => {
    declares ||= /^ENTITY\s/i.test(declaration)
  }
  scanner.run()
  if (reading.root === null) return { ok: false, reason: 'not a feed: no sitemap in the document' }
  const warnings: string[] = []
  if (!reading.rootClosed) {
    warnings.push(
      reading.inPage
        ? 'the map is cut off: what was whole before the cut is read'
        : 'the map has no proper end: it may be cut off',
    )
  }
  if (reading.undeclared) warnings.push('the map does not declare the namespaces of its elements: read by their names')
  if (declares) warnings.push('the map declares entities of its own: not expanded')
  if (reading.tooDeep > 0) warnings.push('elements nested deeper than 64 levels were passed over')
  if (reading.cut > 0) warnings.push(`${counted(reading.cut, 'field was', 'fields were')} too long and cut`)
  const { url } = options
  if (reading.root === 'sitemapindex' || (reading.pages === 0 && reading.children.length > 0)) {
    return indexOf(reading, url, warnings)
  }
  if (dated === 0 && reading.pages > 0) {
    const pages = counted(reading.pages, 'page', 'pages')
    return {
      ok: false,
      reason: `a sitemap whose pages are not marked as news: it lists ${pages}, none with a news:news element`,
    }
  }
  const { entries: drafts, left } = newest.take()
  const leftOut = leftOutWarning(left, options.partial)
  if (leftOut !== null) warnings.push(leftOut)
  return entriesOf(drafts, { url, language, halves: scanner.decoder.halves, warnings })
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

function indexOf(reading: MapReading, url: string | null, warnings: string[]): Outcome<ParsedFeed> {
  const maps: MapChild[] = []
  const known = new Set<string>()
  let unreadable = 0
  const { children } = reading
  const named =
    children.length <= MOST_NAMED
      ? children
      : [...children.slice(0, MOST_NAMED / 2), ...children.slice(-MOST_NAMED / 2)]
  for (const { loc, lastmod } of named) {
    const address = addressOf(loc, url)
    if (address === null) unreadable++
    else if (!known.has(address)) {
      known.add(address)
      const read = lastmod === null ? null : readDate(lastmod, null)
      maps.push({ url: address, lastmod: read?.kind === 'time' ? read.time : null })
    }
  }
  if (unreadable > 0)
    warnings.push(
      `${counted(unreadable, 'document of the index has', 'documents of the index have')} no address: left out`,
    )
  const more = children.length - named.length + reading.childrenLeft
  if (more > 0)
    warnings.push(`the index names ${MOST_NAMED + more} documents: its first and last ${MOST_NAMED / 2} are looked at`)
  return {
    ok: true,
    value: { ...NOTHING_SAID, format: 'index', title: null, language: null, entries: [], maps, warnings },
  }
}

const NOTHING_SAID = { version: '0.9', link: null, ttl: null, skip: null, hub: null, self: null } as const

interface Around {
  url: string | null
  /** As configured. */
  language: string | null
  halves: number
  warnings: string[]
}

function entriesOf(drafts: readonly MapDraft[], { url, language, halves, warnings }: Around): Outcome<ParsedFeed> {
  const cuts = newCuts()
  cuts.halves = halves
  const left: LeftOut = { address: 0, house: 0, title: 0, twice: 0 }
  const pages = onePerAddress(pagesOf(drafts, url, left, cuts), left)
  const dates = new DateReader(
    languageOfDates(
      language,
      null,
      pages.map(({ title }) => title),
    ),
  )
  const times = timesOf(pages, dates, warnings)
  const names = pages.map(({ draft }) => nameOf(draft, cuts))
  const own = usual(names.flatMap(name => (name === null ? [] : [name.toLowerCase()])))
  const title = names.find(name => name?.toLowerCase() === own) ?? null
  const entries = pages.map(({ draft, url: address, title: headline }, index): ParsedEntry => {
    const name = names[index] ?? null
    return {
      ...finish(
        {
          id: address,
          url: address,
          title: { text: headline, kind: 'text' },
          summary: null,
          content: null,
          published: times[index]?.published ?? null,
          updated: times[index]?.updated ?? null,
          authors: [],
          categories: [],
          enclosures: draft.images.flatMap(image => {
            const found = resolve(image, url ?? address)
            return found === null ? [] : [{ url: found, type: mediaType(found), length: null }]
          }),
          language: languageOfHeadline(headline, {
            path: pathLanguage(address),
            tag: readLanguage(draft.language),
            agency: language,
          }),
          source: null,
        },
        null,
        cuts,
      ),
      categories: [...new Set([...listOf(draft.keywords, cuts), ...listOf(draft.genres, cuts)])]
        .slice(0, MAX_KEYWORDS)
        .map(category => category.slice(0, 300).toWellFormed()),
      source: name === null || name.toLowerCase() === own ? null : name,
    }
  })
  dates.report(warnings)
  reportLeftOut(left, warnings)
  reportCuts(cuts, warnings)
  return {
    ok: true,
    value: {
      ...NOTHING_SAID,
      format: 'map',
      title,
      language: onlyLanguage(entries),
      entries,
      leftOut: left.address + left.house + left.title,
      warnings,
    },
  }
}

/** The language of all entries; null where they are in several. */
function onlyLanguage(entries: readonly ParsedEntry[]): string | null {
  const languages = new Set(entries.map(({ language }) => primaryLanguage(language)))
  return languages.size === 1 ? (entries[0]?.language ?? null) : null
}

/** The name of the publication, without a label behind it. */
function nameOf({ name }: MapDraft, cuts: Cuts): string | null {
  if (name === null) return null
  const plain = plainLine(name, cuts).slice(0, 300).toWellFormed()
  return plain.replace(LABEL, '').trim() || plain || null
}

/** Pages with an address of the map's own publisher and a headline. */
function pagesOf(drafts: readonly MapDraft[], url: string | null, left: LeftOut, cuts: Cuts): Page[] {
  const addressed: { draft: MapDraft; url: string }[] = []
  for (const draft of drafts) {
    const address = addressOf(draft.loc, url)
    if (address === null) left.address++
    else addressed.push({ draft, url: address })
  }
  const house = houseOf(
    addressed.map(page => page.url),
    url,
  )
  const pages: Page[] = []
  for (const { draft, url: address } of addressed) {
    if (house !== null && houseOfAddress(address) !== house) {
      left.house++
      continue
    }
    const title = draft.title === null ? '' : plainLine(draft.title, cuts)
    if (isHeadline(title)) pages.push({ draft, url: address, title })
    else left.title++
  }
  return pages
}

/** The map's own publisher; where none of its pages is its own, for it lies at a hoster, the usual one of them. */
function houseOf(addresses: readonly string[], url: string | null): string | null {
  const houses = addresses.flatMap(address => houseOfAddress(address) ?? [])
  const own = houseOfAddress(url)
  return own !== null && houses.includes(own) ? own : usual(houses)
}

/** Of several pages with one address, the one that was changed last; the last one where none says. */
function onePerAddress(pages: readonly Page[], left: LeftOut): Page[] {
  const kept = new Map<string, Page>()
  for (const page of pages) {
    // One page under http and https, with and without www.
    const key = page.url.replace(/^https?:\/\/(?:www\.(?=[^/]*\.))?/i, '').replace(/(?<!\/)\/$/, '')
    const before = kept.get(key)
    if (before === undefined) kept.set(key, page)
    else {
      left.twice++
      if (changedOf(page) >= changedOf(before)) kept.set(key, page)
    }
  }
  return [...kept.values()]
}

function changedOf({ draft }: Page): Millis {
  const reading = draft.lastmod === null ? null : readDate(draft.lastmod, null)
  return reading?.kind === 'time' ? reading.time : Number.NEGATIVE_INFINITY
}

/**
 * When each page was published and changed. lastmod stands in for a date that is not there, and is a change only where it is
 * later; where all pages share it, it is the time of the request and says nothing.
 */
function timesOf(
  pages: readonly Page[],
  dates: DateReader,
  warnings: string[],
): { published: Millis | null; updated: Millis | null }[] {
  const read = pages.map(({ draft: { date, lastmod } }) => {
    const published = date === null ? null : dates.read(date)
    return { date, published, lastmod: lastmod === null ? null : lastmod === date ? published : dates.read(lastmod) }
  })
  const changes = read.flatMap(({ lastmod }) => lastmod ?? [])
  const shared =
    changes.length > 1 && changes.length === pages.length && Math.max(...changes) - Math.min(...changes) <= ONE_REQUEST
  let undated = 0
  const times = read.map(({ date, published, lastmod }) => {
    const said = shared ? null : lastmod
    const first = date === null ? said : published
    if (first === null && date === null) undated++
    return { published: first, updated: said !== null && first !== null && said > first ? said : null }
  })
  if (undated > 0)
    warnings.push(`${counted(undated, 'entry has', 'entries have')} no date: known by when they were first seen`)
  return times
}

function reportLeftOut({ address, house, title, twice }: LeftOut, warnings: string[]): void {
  if (address > 0) warnings.push(`${counted(address, 'entry has', 'entries have')} no address: left out`)
  if (house > 0) {
    warnings.push(`${counted(house, 'entry leads', 'entries lead')} to the site of another publisher: left out`)
  }
  if (title > 0) {
    warnings.push(`${counted(title, 'entry has', 'entries have')} no headline: left out until they have one`)
  }
  if (twice > 0)
    warnings.push(`${counted(twice, 'entry has', 'entries have')} the address of another: the latest is kept`)
}
