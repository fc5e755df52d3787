// Reads one item of a list: its link, headline, date and summary, by selectors or by what items usually are made of.
import type { Millis } from '../../model/units.ts'
import { resolve } from '../feed/links.ts'
import { houseOfAddress } from '../feed/maps/house.ts'
import { type Element, lineOfElement, nearest, within } from './nodes.ts'
import type { Selecting, Selector } from './select.ts'
import { type Clock, timeOfElement, timeOfItem } from './times.ts'

/** What was read of an item. */
export interface Item {
  url: string
  title: string
  published: Millis | null
  summary: string | null
}

/** Selectors within an item; null where the usual parts are looked for. */
export interface Parts {
  title: Selector | null
  link: Selector | null
  time: Selector | null
  summary: Selector | null
}

export interface Site {
  /** Address of the page. */
  url: string | null
  /** What links are relative to. */
  base: string | null
}

/** Why an item is none. */
export type Refused = 'link' | 'elsewhere' | 'title'

/** Links of an item that are looked at. */
const MOST_LINKS = 50
const MAX_SUMMARY = 5_000
const MAX_TITLE = 1_000

const HEADING = /^h[1-4]$/

/** A headline: words, and no address. */
export const isHeadline = (title: string): boolean =>
  /[\p{L}\p{N}]/u.test(title) && !/^(?:https?:\/\/|www\.)\S*$/i.test(title)

/** The address of another page of the same site, in one spelling; else why it is none. */
export function addressOf(
  written: string,
  { url, base }: Site,
): { ok: true; url: string } | { ok: false; why: Refused } {
  const resolved = resolve(written, base ?? url)
  const parsed = resolved === null ? null : URL.parse(resolved)
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return { ok: false, why: 'link' }
  parsed.hash = ''
  if (url !== null && houseOfAddress(url) !== houseOfAddress(parsed.href)) return { ok: false, why: 'elsewhere' }
  const isHome = parsed.pathname === '/' && parsed.search === ''
  return isHome || keyOf(parsed.href) === keyOf(url ?? '') ? { ok: false, why: 'link' } : { ok: true, url: parsed.href }
}

/** One page under http and https, with and without www, is one. */
export const keyOf = (address: string): string =>
  address
    .replace(/#.*$/s, '')
    .replace(/^https?:\/\/(?:www\.(?=[^/]*\.))?/i, '')
    .replace(/(?<!\/)\/$/, '')

const isLink = ({ name, attributes }: Element): boolean => name === 'a' && attributes['href'] !== undefined

/** Links of an item, the likeliest to lead to its report first. */
function linksOf(item: Element, selecting: Selecting, { link }: Parts): Element[] {
  if (link !== null) {
    const chosen = selecting.first(link, item)
    if (chosen === null) return []
    const inside = [...within(chosen)].find(isLink)
    const around = nearest(chosen, isLink)
    return [chosen, ...(inside === undefined ? [] : [inside]), ...(around === null ? [] : [around])]
  }
  if (isLink(item)) return [item]
  const inside: Element[] = []
  let heading: Element | null = null
  for (const element of within(item)) {
    if (HEADING.test(element.name)) heading ??= element
    if (isLink(element) && inside.length < MOST_LINKS) inside.push(element)
  }
  const ofHeading = heading === null ? null : ([...within(heading)].find(isLink) ?? nearest(heading, isLink))
  const withText = inside.filter(element => lineOfElement(element) !== '')
  // A card that lies in a link as a whole.
  const around = nearest(item, isLink)
  return [
    ...(ofHeading === null ? [] : [ofHeading]),
    ...withText,
    ...inside.filter(element => !withText.includes(element)),
    ...(around === null ? [] : [around]),
  ]
}

function titleOf(item: Element, link: Element, selecting: Selecting, { title }: Parts): string | null {
  if (title !== null) {
    const chosen = selecting.first(title, item)
    return chosen === null ? null : lineOfElement(chosen)
  }
  for (const element of within(item)) {
    if (!HEADING.test(element.name)) continue
    const text = lineOfElement(element)
    if (text !== '') return text
  }
  return lineOfElement(link) || (link.attributes['title'] ?? link.attributes['aria-label'] ?? '').trim() || null
}

/** What an item says, or why it is none. */
export function readItem(
  item: Element,
  { selecting, parts, site, clock }: { selecting: Selecting; parts: Parts; site: Site; clock: Clock },
): { ok: true; value: Item } | { ok: false; why: Refused } {
  let why: Refused = 'link'
  for (const link of linksOf(item, selecting, parts)) {
    const href = link.attributes['href'] ?? link.attributes['data-href'] ?? link.attributes['data-url']
    if (href === undefined) continue
    const address = addressOf(href, site)
    if (!address.ok) {
      if (address.why === 'elsewhere') why = 'elsewhere'
      continue
    }
    const title = titleOf(item, link, selecting, parts)?.slice(0, MAX_TITLE).toWellFormed() ?? ''
    if (!isHeadline(title)) return { ok: false, why: 'title' }
    const timed = parts.time === null ? null : selecting.first(parts.time, item)
    const said = parts.summary === null ? null : selecting.first(parts.summary, item)
    return {
      ok: true,
      value: {
        url: address.url,
        title,
        published:
          parts.time === null ? timeOfItem(item, title, clock) : timed === null ? null : timeOfElement(timed, clock),
        summary: said === null ? null : lineOfElement(said).slice(0, MAX_SUMMARY).toWellFormed() || null,
      },
    }
  }
  return { ok: false, why }
}
