// Makes a bounded, sanitised entry of the loose values that any format gives.

import type { Enclosure, ParsedEntry } from '../../model/collected.ts'
import type { Millis } from '../../model/units.ts'
import { cleanOrNull, cleanText, MAX_MARKS, type Removed } from './characters.ts'
import { MAX_HTML, oneSpaced, plainText, sanitise, titleText } from './html.ts'
import { mendReferences } from './references.ts'

/** Values of one entry as a format gave them: text not yet trusted, links absolute. */
export interface Loose {
  id: string | null
  url: string | null
  title: { text: string; kind: 'text' | 'html' } | null
  /** HTML and what its links are relative to. */
  summary: { html: string; base: string | null } | null
  content: { html: string; base: string | null } | null
  published: Millis | null
  updated: Millis | null
  authors: readonly string[]
  categories: readonly string[]
  enclosures: readonly Enclosure[]
  language: string | null
  source: string | null
}

const MAX_TITLE = 1_000
const MAX_LIST = 50

/** Cuts at a code point. */
function clip(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit)
}

/** `mail@host (Name)`, `Name <mail@host>`, `Name (mail@host)`, `By Name`: the name, else what is there. */
export function authorName(written: string, removed?: Removed): string {
  const text = lineOf(written, 'html', removed)
  const inBrackets = /^[^\s@]{1,200}@[^\s@()]{1,200}\s?\(([^()]{1,300})\)$/.exec(text)?.[1]
  const before = /^([^<>()]{1,300})[<(](?:mailto:)?[^\s<>()@]{1,200}@[^\s<>()@]{1,200}[>)]$/.exec(text)?.[1]
  const name = (inBrackets ?? before ?? text).replace(/^["']|["']$/g, '').trim()
  return clip(name, 300)
}

/** BCP 47 in its usual case: `en_US` and `EN-us` are `en-US`. Null for what is no language tag. */
export function languageTag(written: string | null): string | null {
  const text = written?.trim().replaceAll('_', '-') ?? ''
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{1,8}){0,4}$/i.test(text)) return null
  return text
    .split('-')
    .map((part, index) => (index === 0 ? part.toLowerCase() : part))
    .join('-')
}

const unique = (values: readonly string[]): string[] =>
  [...new Set(values.filter(value => value !== ''))].slice(0, MAX_LIST)

/** What {@link finish} had to cut, counted over a document. */
export interface Cuts extends Removed {
  titles: number
  bodies: number
}

export const newCuts = (): Cuts => ({ titles: 0, bodies: 0, halves: 0, marks: 0 })

/** ASCII without markup, its words one space apart: what most names and many titles are. */
const PLAIN_LINE = /^[!-%'-;=?-~]+(?: [!-%'-;=?-~]+)*$/

/** The text of a title, a name or a category: one line, decoded, without what may not be shown. */
export function lineOf(written: string, kind: 'text' | 'html', removed?: Removed): string {
  if (PLAIN_LINE.test(written)) return written
  const text = kind === 'html' ? mendReferences(written, removed) : written
  return oneSpaced(cleanText(titleText(text, kind), removed))
}

/** Bounds: title 1,000 characters, summary and content 256 Ki characters of sanitised HTML, 50 values in each list. */
export function finish(loose: Loose, feedLanguage: string | null, cuts: Cuts): ParsedEntry {
  const body = (value: Loose['summary']): string | null => {
    if (value === null) return null
    const html = cleanText(sanitise(mendReferences(value.html, cuts), value.base), cuts).trim()
    if (html.length >= MAX_HTML * 0.99 && value.html.length > MAX_HTML) cuts.bodies++
    return html === '' ? null : html
  }
  const [summary, content] = [body(loose.summary), body(loose.content)]
  // Marks that stood apart in markup stand together in its text.
  const text = (html: string | null): string => (html === null ? '' : cleanText(plainText(html)))
  const short = text(summary)
  const long = content === summary ? short : text(content)
  const title = loose.title === null ? '' : lineOf(loose.title.text, loose.title.kind, cuts)
  const id = cleanText(loose.id ?? '', cuts).trim()
  if (title.length > MAX_TITLE) cuts.titles++
  return {
    id: id === '' ? null : clip(id, 2_000),
    url: cleanOrNull(loose.url, cuts),
    title: clip(title, MAX_TITLE),
    summary,
    content,
    text: long.length >= short.length ? long : short,
    published: loose.published,
    updated: loose.updated,
    authors: unique(loose.authors.map(author => authorName(author, cuts))),
    categories: unique(loose.categories.map(category => clip(lineOf(category, 'html', cuts), 300))),
    enclosures: loose.enclosures.slice(0, MAX_LIST).map(enclosure => ({
      ...enclosure,
      url: cleanText(enclosure.url, cuts),
      type: cleanOrNull(enclosure.type),
    })),
    language: languageTag(loose.language) ?? feedLanguage,
    source: loose.source === null ? null : clip(lineOf(loose.source, 'html', cuts), 300) || null,
  }
}

/** The cuts in sentences. */
export function reportCuts(cuts: Cuts, warnings: string[]): void {
  if (cuts.titles > 0)
    warnings.push(`${cuts.titles} title${cuts.titles === 1 ? '' : 's'} longer than ${MAX_TITLE} characters: cut`)
  if (cuts.bodies > 0)
    warnings.push(
      `${cuts.bodies} text${cuts.bodies === 1 ? '' : 's'} longer than ${MAX_HTML / 1024} Ki characters: cut`,
    )
  if (cuts.halves > 0)
    warnings.push(
      `${cuts.halves} ${cuts.halves === 1 ? 'character was' : 'characters were'} only half written (one of two surrogates): left out`,
    )
  if (cuts.marks > 0)
    warnings.push(
      `${cuts.marks} ${cuts.marks === 1 ? 'letter bears' : 'letters bear'} more than ${MAX_MARKS} combining marks: cut`,
    )
}
