// Reads the list of a page off its JSON-LD: an ItemList, or articles that stand beside one another.
import { plainLine } from '../page/facts.ts'
import { type Json, type Thing, textOf, thingsOf, typesOf } from '../page/jsonld.ts'
import { addressOf, type Item, isHeadline, keyOf, type Site } from './items.ts'
import { type Clock, readTime } from './times.ts'

const ARTICLE = /^(?:\w*NewsArticle|Article|Report|BlogPosting|LiveBlogPosting|AnalysisNewsArticle|VideoObject)$/
/** Things that are looked at, and what is read of a text. */
const MOST = 2_000
const MAX_TITLE = 1_000
const MAX_SUMMARY = 5_000

const isThing = (value: Json | undefined): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text of a member, without markup. */
function line(value: Json | undefined, longest: number): string | null {
  const text = value === undefined ? null : textOf(value, [])
  if (text === null) return null
  return (
    plainLine(text.slice(0, longest * 2))
      .slice(0, longest)
      .toWellFormed() || null
  )
}

function addressIn(thing: Thing): string | null {
  for (const name of ['url', 'mainEntityOfPage', '@id']) {
    const value = thing[name]
    const text = isThing(value) ? (value['@id'] ?? value['url']) : value
    if (typeof text === 'string' && text !== '') return text
  }
  return null
}

/** What a thing of a list says; null where that is no report of this site. `titles` are those of links on the page. */
function itemOf(thing: Thing, titles: ReadonlyMap<string, string>, { site, clock }: Reading): Item | null {
  const inner = isThing(thing['item']) ? thing['item'] : thing
  if (typesOf(inner).some(type => /NavigationElement$|^WebPage$|^BreadcrumbList$/.test(type))) return null
  const written = addressIn(inner) ?? addressIn(thing) ?? (typeof thing['item'] === 'string' ? thing['item'] : null)
  const address = written === null ? null : addressOf(written, site)
  if (address === null || !address.ok) return null
  const title =
    line(inner['headline'], MAX_TITLE) ??
    line(inner['name'], MAX_TITLE) ??
    line(thing['name'], MAX_TITLE) ??
    titles.get(keyOf(address.url)) ??
    ''
  if (!isHeadline(title)) return null
  const date = textOf(inner['datePublished'] ?? inner['uploadDate'] ?? inner['dateCreated'] ?? null, [])
  return {
    url: address.url,
    title,
    published: date === null ? null : readTime(date, clock),
    summary: line(inner['description'], MAX_SUMMARY),
  }
}

interface Reading {
  site: Site
  clock: Clock
}

/** The items of a page's JSON-LD: those of its longest list, else its articles. None is taken twice. */
export function structuredItems(
  scripts: readonly string[],
  titles: () => ReadonlyMap<string, string>,
  reading: Reading,
): Item[] {
  const things = thingsOf(scripts)
  let named: ReadonlyMap<string, string> | null = null
  const read = (found: readonly Thing[]): Item[] => {
    named ??= titles()
    const items = new Map<string, Item>()
    for (const thing of found.slice(0, MOST)) {
      const item = itemOf(thing, named, reading)
      if (item !== null && !items.has(keyOf(item.url))) items.set(keyOf(item.url), item)
    }
    return [...items.values()]
  }
  const lists = things.filter(thing => typesOf(thing).includes('ItemList')).map(list => read(elementsOf(list)))
  const articles = read(things.filter(thing => typesOf(thing).some(type => ARTICLE.test(type))))
  return [...lists, articles].reduce((best, items) => (items.length > best.length ? items : best), [] as Item[])
}

/** Elements of a list in their order; an address alone is one, too. */
function elementsOf(list: Thing): Thing[] {
  const { itemListElement: written } = list
  const all = Array.isArray(written) ? written : written === undefined ? [] : [written]
  return all.flatMap((one): Thing[] => (typeof one === 'string' ? [{ url: one }] : isThing(one) ? [one] : []))
}
