// Hides how loose values from any format become a bounded, sanitised Entry.

import type { Enclosure, Millis, ParsedEntry } from '../model.ts'
import { MAX_HTML, plainText, sanitise, titleText } from './html.ts'

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
export function authorName(written: string): string {
  const text = titleText(written, 'html')
  const inBrackets = /^\S{1,200}@\S{1,200}\s*\(([^()]{1,300})\)$/.exec(text)?.[1]
  const before = /^([^<>()]{1,300}?)\s*[<(](?:mailto:)?[^\s<>()]{1,200}@[^\s<>()]{1,200}[>)]$/.exec(text)?.[1]
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
export interface Cuts {
  titles: number
  bodies: number
}

/** Bounds: title 1,000 characters, summary and content 256 Ki characters of sanitised HTML, 50 values in each list. */
export function finish(loose: Loose, feedLanguage: string | null, cuts: Cuts): ParsedEntry {
  const body = (value: Loose['summary']): string | null => {
    if (value === null) return null
    const html = sanitise(value.html, value.base).trim()
    if (html.length >= MAX_HTML * 0.99 && value.html.length > MAX_HTML) cuts.bodies++
    return html === '' ? null : html
  }
  const [summary, content] = [body(loose.summary), body(loose.content)]
  const short = summary === null ? '' : plainText(summary)
  const long = content === null ? '' : content === summary ? short : plainText(content)
  const title = loose.title === null ? '' : titleText(loose.title.text, loose.title.kind)
  if (title.length > MAX_TITLE) cuts.titles++
  return {
    id: loose.id === null || loose.id === '' ? null : clip(loose.id, 2_000),
    url: loose.url,
    title: clip(title, MAX_TITLE),
    summary,
    content,
    text: long.length >= short.length ? long : short,
    published: loose.published,
    updated: loose.updated,
    authors: unique(loose.authors.map(authorName)),
    categories: unique(loose.categories.map(category => clip(titleText(category, 'html'), 300))),
    enclosures: loose.enclosures.slice(0, MAX_LIST),
    language: languageTag(loose.language) ?? feedLanguage,
    source: loose.source === null ? null : clip(titleText(loose.source, 'html'), 300) || null,
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
}
