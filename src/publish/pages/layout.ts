// What all pages share: head, masthead, sections, footer, and how times and bylines are written.

import { cleanLine } from '../../language/markup.ts'
import { direction } from '../../language/text.ts'
import type { Signal } from '../../model/decided.ts'
import type { StorySummary } from '../../model/shown.ts'
import type { Millis } from '../../model/units.ts'
import { excerpt, Html, html, languageTag, nothing, speech } from '../markup.ts'
import { type Words, within } from '../words/index.ts'
import { STYLE } from './style.ts'

/** What a page needs besides its content. */
export interface PageContext {
  title: string
  /** BCP 47, of the pages' own words. */
  language: string
  words: Words
  /** The link from this page to a path of the site (`/threads/5`). */
  to: (path: string) => string
  /** Served by a daemon: with search, choices, states of feeds and relative times. */
  live: boolean
  now: Millis
}

export type Section = 'front' | 'agencies' | 'feeds' | 'search'

export interface PageParts {
  /** Null for the front page, whose title is the site's name alone. */
  heading: string | null
  section: Section | null
  /** Feeds of what is shown: path without extension, with query, and what it holds. */
  feeds: { path: string; query: string; label: string }[]
  main: Html
}

const FORMATS = [
  { extension: 'atom', type: 'application/atom+xml', name: 'Atom' },
  { extension: 'rss', type: 'application/rss+xml', name: 'RSS' },
  { extension: 'json', type: 'application/feed+json', name: 'JSON Feed' },
] as const

/** A whole document. */
export function page(context: PageContext, parts: PageParts): string {
  const { words } = context
  const heading = parts.heading === null ? context.title : `${cleanLine(parts.heading)} · ${context.title}`
  const name = html`<a href="${context.to('/')}">${context.title}</a>`
  return html`<!doctype html>
<html lang="${languageTag(context.language) ?? 'en'}" dir="${pageDirection(context.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading}</title>
<link rel="icon" href="${context.to('/favicon.svg')}" type="image/svg+xml">
${alternates(context, parts)}
<style>${sheet}</style>
</head>
<body>
<a class="skip" href="#news">${words.skip}</a>
<header class="masthead">
${parts.heading === null ? html`<h1 class="name">${name}</h1>` : html`<p class="name">${name}</p>`}
${context.live ? html`<p class="date">${words.day(context.now)}</p>` : nothing}
</header>
<nav class="sections" aria-label="${words.sections}">${sections(context, parts.section)}</nav>
<main id="news">
${parts.main}
</main>
<footer>
<ul>${parts.feeds.map(
    feed =>
      html`<li>${words.subscribe}: <bdi>${feed.label}</bdi> ${FORMATS.map(
        format => html` <a href="${context.to(`${feed.path}.${format.extension}`)}${feed.query}">${format.name}</a>`,
      )}</li>`,
  )}
${context.live ? html`<li><a href="${context.to('/opml')}">OPML</a></li>` : nothing}</ul>
<p>${words.utc} ${words.madeBy}.</p>
</footer>
</body>
</html>
`.source
}

const sheet = new Html(STYLE)

function pageDirection(language: string): string {
  return direction(language) === 'rtl' ? 'rtl' : 'ltr'
}

function alternates(context: PageContext, parts: PageParts): Html[] {
  return parts.feeds.flatMap(feed =>
    FORMATS.map(
      format =>
        html`<link rel="alternate" type="${format.type}" title="${`${cleanLine(feed.label)} (${format.name})`}" href="${context.to(`${feed.path}.${format.extension}`)}${feed.query}">\n`,
    ),
  )
}

function sections(context: PageContext, current: Section | null): Html[] {
  const { words } = context
  const all: [Section, string, string][] = [
    ['front', '/', words.frontPage],
    ['agencies', '/agencies', words.agencies],
  ]
  if (context.live) all.push(['feeds', '/feeds', words.feeds], ['search', '/search', words.search])
  return all.map(
    ([id, path, label]) =>
      html`<a href="${context.to(path)}"${id === current ? html` aria-current="page"` : nothing}>${label}</a>`,
  )
}

/** The moment in full, then how long ago. */
export function moment(context: PageContext, at: Millis): Html {
  const ago = context.live ? context.words.ago(at, context.now) : null
  return html`<time datetime="${iso(at)}">${context.words.moment(at)}</time>${ago === null ? nothing : html` <span class="ago">(${ago})</span>`}`
}

/** How long ago where that is recent, else day and hour; in full on hovering. */
export function shortMoment(context: PageContext, at: Millis): Html {
  const { words } = context
  const ago = context.live ? words.ago(at, context.now) : null
  const sameYear = new Date(within(at)).getUTCFullYear() === new Date(within(context.now)).getUTCFullYear()
  return html`<time datetime="${iso(at)}" title="${words.moment(at)} UTC">${ago ?? (sameYear ? words.shortMoment(at) : words.moment(at))}</time>`
}

/** From when to when, leaving out what both have in common. */
export function span(context: PageContext, first: Millis, last: Millis): Html {
  const { words } = context
  const sameDay = iso(first).slice(0, 10) === iso(last).slice(0, 10)
  if (last - first < 60_000) return moment(context, first)
  return html`<time datetime="${iso(first)}">${words.moment(first)}</time> – ${
    sameDay
      ? html`<time datetime="${iso(last)}">${words.clock(last)}</time>${agoAfter(context, last)}`
      : moment(context, last)
  }`
}

function agoAfter(context: PageContext, at: Millis): Html {
  const ago = context.live ? context.words.ago(at, context.now) : null
  return ago === null ? nothing : html` <span class="ago">(${ago})</span>`
}

export function iso(at: Millis): string {
  return new Date(within(at)).toISOString()
}

/** Words in the page's language inside a block of another language. */
export function own(context: PageContext, words: Html | string): Html {
  return html`<span lang="${context.words.tag}" dir="${pageDirection(context.words.tag)}">${words}</span>`
}

/** A headline, or the beginning of the text where the feed gave none. */
export function headline(context: PageContext, story: { title: string; text?: string }): string {
  const title = cleanLine(story.title)
  if (title !== '') return title
  return excerpt(story.text ?? '', 90) || context.words.untitled
}

/** A story's marker: a withdrawn story keeps it while another report leads it. */
export function signalOf(story: Pick<StorySummary, 'signal' | 'withdrawn'>): Signal | null {
  return story.withdrawn ? 'kill' : story.signal
}

/** Names in a row. */
export function names(context: PageContext, list: readonly string[]): Html {
  const comma = context.words.tag.startsWith('ar') ? '، ' : ', '
  return html`${list.map((name, index) => html`${index === 0 ? '' : comma}<bdi>${cleanLine(name)}</bdi>`)}`
}

/** Facts in a row, with dots between them. */
export function dotted(facts: readonly (Html | string)[]): Html {
  return html`${facts.map((fact, index) => html`${index === 0 ? nothing : html`<span class="dot"></span>`}${fact}`)}`
}

/** A marker such as “Flash” in the page's language, unless the headline already begins with it. */
export function label(context: PageContext, signal: Signal | null, title: string): Html {
  if (signal === null || bears(context.words, signal, title)) return nothing
  return html`<span class="label">${own(context, context.words.signal[signal])}</span> `
}

/** Whether a headline begins with a marker, in the language of these words. */
export function bears(words: Words, signal: Signal, title: string): boolean {
  const start = cleanLine(title.slice(0, 80)).replace(/^\[/, '').toLowerCase()
  return words.marked[signal].some(word => start.startsWith(word))
}

/** A linked headline, with its label, struck through when withdrawn. */
export function linkedHeadline(context: PageContext, story: StorySummary): Html {
  const path = context.to(`/stories/${story.id}`)
  const title = html`<a href="${path}">${headline(context, story)}</a>`
  return html`${label(context, signalOf(story), story.title)}${story.withdrawn ? html`<span class="struck">${title}</span>` : title}`
}

/** Agencies that carried the same text, besides that of the lead. */
export function alsoCarriedBy(context: PageContext, story: StorySummary): Html {
  const others = story.agencies.filter(part => part.id !== story.agency)
  if (others.length === 0) return nothing
  return html`<p class="meta">${own(
    context,
    html`${context.words.alsoCarriedBy} ${names(
      context,
      others.map(part => part.name),
    )}`,
  )}</p>`
}

/** One story in a list: headline, who and when. */
export function storyLine(context: PageContext, story: StorySummary): Html {
  return html`<li ${speech(story.language)}><h3>${linkedHeadline(context, story)}</h3>
<p class="meta">${own(context, html`<bdi class="by">${cleanLine(story.agencyName)}</bdi><span class="dot"></span>${shortMoment(context, story.time)}`)}</p>${alsoCarriedBy(context, story)}</li>\n`
}
