// What a page says of itself: in its JSON-LD, in the elements of its head, in its headings and dates.
import { languageOf } from '../../language/detect.ts'
import { fold } from '../../language/fold.ts'
import { primaryLanguage } from '../../language/tag.ts'
import { readDate } from '../feed/dates.ts'
import { resolve } from '../feed/links.ts'
import { textOfTree } from './blocks.ts'
import { headlineShare } from './compare.ts'
import { HEADINGS } from './elements.ts'
import { type Json, type Thing, textOf, thingsOf, typesOf } from './jsonld.ts'
import { type Box, type PageTree, readTree } from './tree.ts'

export interface PageFacts {
  /** Its own headlines, the most trusted first: JSON-LD, og:title, twitter:title, `h1`, `title`. */
  headlines: readonly string[]
  published: string | null
  modified: string | null
  publisher: string | null
  canonical: string | null
  free: boolean | null
  /** Language it names. */
  declared: string | null
  /** Text of the report in its JSON-LD, and how many words it is said to have. */
  body: string | null
  wordCount: number | null
  /** og:type, and whether its JSON-LD calls it an article. */
  type: string | null
  isArticle: boolean
}

const MAX_HEADLINE = 500
const MAX_NAME = 200
const MAX_BODY = 300_000
/** Headings that are looked at for the page's own. */
const MAX_HEADINGS = 3
/** Elements with a date in them, and how deep they may lie: what is beyond has another's date. */
const MAX_DATES = 20

const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});/i

/** Text of an attribute or of JSON-LD, in which references and tags may be escaped twice. */
export function plainLine(text: string): string {
  let plain = text
  for (let round = 0; round < 2 && (ENTITY.test(plain) || /<[a-z!/]/i.test(plain)); round++) {
    plain = textOfTree(readTree(plain).body)
  }
  return plain.replace(/\s+/g, ' ').trim()
}

/** The same of a long text, whose blocks stay apart. */
function plainBody(text: string): string {
  let plain = text
  for (let round = 0; round < 2 && (ENTITY.test(plain) || /<[a-z!/]/i.test(plain)); round++) {
    plain = textOfTree(readTree(plain.replace(/\n/g, '<br>')).body)
  }
  return plain
    .split('\n')
    .map(line => line.replace(/\s+/g, ' ').trim())
    .filter(line => line !== '')
    .join('\n')
}

const ARTICLE = /Article$|^(?:BlogPosting|Report|NewsArticle|LiveBlogPosting|Review)$/

/** The things that are a report, the one whose headline is `entry` first. */
function articleOf(things: readonly Thing[], headlines: readonly string[]): Thing | null {
  const articles = things.filter(thing => typesOf(thing).some(type => ARTICLE.test(type)))
  const titled = (thing: Thing): number => {
    const headline = textOf(thing['headline'] ?? thing['name'], things)
    if (headline === null) return 0
    return 1 + Math.max(0, ...headlines.map(one => headlineShare(one, plainLine(headline.slice(0, MAX_HEADLINE)))))
  }
  let best: Thing | null = null
  for (const article of articles.slice(0, 50)) if (best === null || titled(article) > titled(best)) best = article
  return best
}

const NAMES_ZONE = /(?:z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{1,2})\)?$/i
const HAS_CLOCK = /\d{1,2}[:.٫]\d{2}|[٠-٩۰-۹]{1,2}[:.][٠-٩۰-۹]{2}|T\d{4}/
const EPOCH = /^\d{9,13}$/

/** A date as ISO 8601: in UTC where the page names a zone, else as the page writes it. */
export function isoOf(written: string | null, language: string | null): string | null {
  const text = written?.trim() ?? ''
  if (text === '') return null
  const read = readDate(text, language)
  if (read.kind !== 'time') return null
  const iso = new Date(read.time).toISOString()
  if (EPOCH.test(text)) return `${iso.slice(0, 19)}Z`
  if (!HAS_CLOCK.test(text)) return iso.slice(0, 10)
  const isZoned = NAMES_ZONE.test(text) && /[:.]\d{2}.*(?:[a-z]|[+-]\d{1,2}(?::?\d{2})?)\)?$/i.test(text)
  if (isZoned) return `${iso.slice(0, 19)}Z`
  return iso.slice(0, iso.endsWith(':00.000Z') ? 16 : 19)
}

const MODIFIED = /modif|updat|تحديث|mis a jour|aktualisiert|atualizado|actualizado|обновлен|更新/i
const DATED = /(?:^|[\s_-])(?:date|datetime|published|pubdate|posted|timestamp|time)(?:$|[\s_-])/i

/** Dates that elements of the page show, in order. */
function shownDates(root: Box): { written: string; isModified: boolean }[] {
  const found: { written: string; isModified: boolean }[] = []
  const visit = (box: Box): void => {
    if (found.length >= MAX_DATES) return
    const { class: classes = '', itemprop = '', datetime, content } = box.attributes
    const isDate = box.name === 'time' || /^date(?:Published|Modified)$/.test(itemprop) || DATED.test(classes)
    if (isDate) {
      const shown = textOfTree(box)
      const written = datetime ?? content ?? shown
      if (written.length < 100)
        found.push({ written, isModified: MODIFIED.test(`${itemprop} ${classes} ${fold(shown)}`) })
    }
    for (const part of box.parts) if (typeof part !== 'string') visit(part)
  }
  visit(root)
  return found
}

/** Headings of the first rank, and those that microdata calls the headline. */
function ownHeadings(root: Box, title: string): string[] {
  const main = headingsOf(root, (box, _) => box.name === 'h1' || isHeadline(box))
  // A page without any is headed by what its title begins or ends with.
  return main.length > 0 ? main : headingsOf(root, (box, text) => /^h[2-4]$/.test(box.name) && title.includes(text))
}

const isHeadline = ({ attributes }: Box): boolean => /(?:^|\s)headline(?:\s|$)/.test(attributes['itemprop'] ?? '')

function headingsOf(root: Box, isWanted: (box: Box, text: string) => boolean): string[] {
  const found: string[] = []
  const visit = (box: Box): void => {
    if (found.length >= MAX_HEADINGS) return
    if (HEADINGS.has(box.name) || isHeadline(box)) {
      const text = textOfTree(box).replace(/\s+/g, ' ').trim()
      if (text !== '' && isWanted(box, text)) {
        found.push(text.slice(0, MAX_HEADLINE))
        return
      }
    }
    for (const part of box.parts) if (typeof part !== 'string') visit(part)
  }
  visit(root)
  return found
}

function freeOf(article: Thing | null, metas: ReadonlyMap<string, string>): boolean | null {
  const tier = metas.get('article:content_tier')?.toLowerCase()
  const said = article?.['isAccessibleForFree']
  if (said === false || (typeof said === 'string' && /^(?:false|no|0)$/i.test(said.trim()))) return false
  if (tier === 'locked') return false
  if (said === true || (typeof said === 'string' && /^(?:true|yes|1)$/i.test(said.trim()))) return true
  return tier === 'free' ? true : null
}

const short = (text: string | null | undefined, limit: number): string | null => {
  const plain = plainLine((text ?? '').slice(0, limit * 4)).slice(0, limit)
  return plain === '' ? null : plain
}

function numberOf(value: Json | undefined): number | null {
  const number = Number(typeof value === 'string' ? value.replaceAll(/[ ,]/g, '') : value)
  return Number.isFinite(number) && number > 0 ? number : null
}

/** What a page says of itself. `base` is its own address. */
export function factsOf(tree: PageTree, base: string | null): PageFacts {
  const { metas, body } = tree
  const things = thingsOf(tree.data)
  const shown = ownHeadings(body, tree.title)
  const social = [metas.get('og:title'), metas.get('twitter:title')].map(text => short(text, MAX_HEADLINE))
  const around = [...social, ...shown, short(tree.title, MAX_HEADLINE)].filter(text => text !== null)
  const article = articleOf(things, around)
  const headline = short(textOf(article?.['headline'] ?? article?.['name'], things), MAX_HEADLINE)
  const declared = textOf(article?.['inLanguage'], things) ?? tree.language ?? metas.get('og:locale') ?? null
  const dates = shownDates(body)
  const first = (...written: (string | null | undefined)[]): string | null => {
    for (const one of written) {
      const iso = isoOf(one ?? null, declared)
      if (iso !== null) return iso
    }
    return null
  }
  const text = textOf(article?.['articleBody'], things)
  const canonical = tree.canonical === null ? null : resolve(tree.canonical, base)
  return {
    headlines: [...new Set([...(headline === null ? [] : [headline]), ...around])],
    published: first(
      textOf(article?.['datePublished'], things),
      metas.get('article:published_time'),
      metas.get('datepublished'),
      metas.get('og:article:published_time'),
      metas.get('pubdate'),
      metas.get('publishdate'),
      metas.get('date'),
      metas.get('dc.date'),
      metas.get('dc.date.issued'),
      ...dates.filter(({ isModified }) => !isModified).map(({ written }) => written),
    ),
    modified: first(
      textOf(article?.['dateModified'], things),
      metas.get('article:modified_time'),
      metas.get('datemodified'),
      metas.get('og:updated_time'),
      ...dates.filter(({ isModified }) => isModified).map(({ written }) => written),
    ),
    publisher: short(textOf(article?.['publisher'], things), MAX_NAME) ?? short(metas.get('og:site_name'), MAX_NAME),
    canonical,
    free: freeOf(article, metas),
    declared,
    body: text === null ? null : plainBody(text.slice(0, MAX_BODY)),
    wordCount: numberOf(article?.['wordCount']),
    type: metas.get('og:type')?.toLowerCase() ?? null,
    isArticle: article !== null,
  }
}

/** The language of a page's text: detected, and where that is not clear, as the page says. */
export function languageOfPage(facts: PageFacts, text: string): string | null {
  return primaryLanguage(languageOf(facts.declared, text === '' ? (facts.headlines[0] ?? '') : text))
}
