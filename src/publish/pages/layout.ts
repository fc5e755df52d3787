// What all pages share: the head, the masthead, the footer.
import { cleanLine } from '../../language/markup.ts'
import { textDirection } from '../../language/tag.ts'
import type { Millis } from '../../model/units.ts'
import { Html, html, languageTag, nothing, speech } from '../markup.ts'
import { INTERFACE_LANGUAGES, type Words } from '../words/index.ts'
import { CONTENT_STYLE, SCRIPT, SCRIPT_SOURCE, STYLE, STYLE_SOURCE } from './assets.ts'

/** What a page needs besides its content. */
export interface PageContext {
  title: string
  /** BCP 47, of the pages' own words. */
  language: string
  words: Words
  /** The link from this page to a path of the site (`/threads/5`). */
  to: (path: string) => string
  /** What links to other pages keep of the address: `hl=fr&lang=ar`; '' for nothing. */
  keep: string
  /** Served by a daemon: with search, choices, states of feeds and relative times. */
  live: boolean
  /** What makes feeds speak the page's language, where it is not theirs: `hl=ar`; else nothing. */
  feedWords: string
  now: Millis
  /** State of the published data that is shown. */
  version: number
  /** Language of what stands around the page's own words, where it is not theirs. */
  inside?: string | null
}

export type Section = 'front' | 'agencies' | 'feeds' | 'search'

/** A feed of what is shown: path without extension, with query, and what it holds. */
export interface FeedLink {
  path: string
  query: string
  label: string
}

export interface PageParts {
  /** Null for the front page, whose title is the site's name alone. */
  heading: string | null
  section: Section | null
  feeds: readonly FeedLink[]
  main: Html
  /** Of a page whose content has a language of its own, that language. */
  language?: string | null
  /** What was searched for, to stand in the box. */
  typed?: string
  /** For the script: which thread or story this is, which language of news. */
  thread?: number
  story?: number
  edition?: string | null
  /** The address of this page without what chooses its words, for the links to other languages; absent where it has none. */
  self?: string
}

export const FORMATS = [
  { extension: 'atom', type: 'application/atom+xml', name: 'Atom' },
  { extension: 'rss', type: 'application/rss+xml', name: 'RSS' },
  { extension: 'json', type: 'application/feed+json', name: 'JSON Feed' },
] as const

/** The address of a feed, in the words of the page. */
export function feedAddress({ to, feedWords }: PageContext, { path, query }: FeedLink, extension: string): string {
  const whole = [query.replace(/^\?/, ''), feedWords].filter(Boolean).join('&')
  return `${to(`${path}.${extension}`)}${whole === '' ? '' : `?${whole}`}`
}

/** The link to a page of the site, with what links keep; `query` goes before that. */
export function link(context: PageContext, path: string, query = ''): string {
  const given = new URLSearchParams(query)
  const kept = context.keep.split('&').filter(part => part !== '' && !given.has(part.split('=')[0] ?? ''))
  const whole = [query.replace(/^\?/, ''), ...kept].filter(Boolean).join('&')
  return context.to(path) + (whole === '' ? '' : `?${whole}`)
}

/** A whole document. A browser that knows `rel=expect` shows it once it is whole: nothing moves while the rest comes. */
export function page(context: PageContext, parts: PageParts): string {
  const { words, live } = context
  const heading = parts.heading === null ? context.title : `${cleanLine(parts.heading)} · ${context.title}`
  const content = languageTag(parts.language ?? null)
  return html`<!doctype html>
<html lang="${languageTag(context.language) ?? 'en'}" dir="${pageDirection(context.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${live ? nothing : policy}
<title>${heading}</title>
<link rel="expect" href="#end" blocking="render">
<link rel="icon" href="${context.to('/favicon.svg')}" type="image/svg+xml">
${alternates(context, parts)}
<style>${sheet}</style>${parts.section === 'front' ? nothing : html`<style>${contentSheet}</style>`}
</head>
<body ${facts(context, parts)}>
<a class="skip" href="#news">${words.skip}</a>
${masthead(context, parts)}
<main id="news" ${content === null ? html`dir="${pageDirection(context.language)}"` : speech(content)}>
${parts.main}
</main>
${live ? html`<div role="status"><button id="live" class="live" type="button" hidden></button></div>` : nothing}
${footer(context, parts)}
<div id="end"><script>${script}</script></div>
</body>
</html>
`.source
}

const sheet = new Html(STYLE)
const contentSheet = new Html(CONTENT_STYLE)
const script = new Html(SCRIPT)
/** What a served page is allowed by its headers, for files whose server sends none. */
const policy = new Html(
  `\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${STYLE_SOURCE}; script-src ${SCRIPT_SOURCE}; img-src 'self'; form-action 'none'; base-uri 'none'">`,
)

export function pageDirection(language: string): 'rtl' | 'ltr' {
  return textDirection(language) === 'rtl' ? 'rtl' : 'ltr'
}

/** What the script is told. */
function facts(context: PageContext, parts: PageParts): Html {
  const { words } = context
  const said = JSON.stringify({
    fresh: words.sinceLastVisit('#'),
    arrived: words.arrived('#'),
    show: words.show,
    lost: words.notLiveSince('#'),
    corrected: words.correctedSinceRead,
    copied: words.copied,
    zone: words.timesIn('#'),
  })
  const given: [string, string | number | null | undefined][] = [
    ['locale', words.locale],
    ['now', context.live ? context.now : null],
    ['version', context.version],
    ['live', context.live ? context.to('/events') : null],
    ['thread', parts.thread],
    ['story', parts.story],
    ['edition', parts.edition],
    ['health', parts.section === 'feeds' && context.live ? 1 : null],
  ]
  const named = given.map(([name, value]) =>
    value === null || value === undefined ? nothing : html` data-${name}="${value}"`,
  )
  return html`data-words="${said}"${named}`
}

function masthead(context: PageContext, parts: PageParts): Html {
  const { words } = context
  const name = html`<a href="${link(context, '/')}">${context.title}</a>`
  const box = html`<form class="find" method="get" action="${context.to('/search')}" role="search">${hiddenFields(context)}<input type="search" name="q" dir="auto" maxlength="200" value="${parts.typed ?? ''}" aria-label="${words.searchFor}" placeholder="${words.search}"></form>`
  return html`<header class="bar">
${parts.heading === null ? html`<h1 class="name">${name}</h1>` : html`<p class="name">${name}</p>`}
<p class="purpose">${words.purpose}</p>
<nav class="sections" aria-label="${words.sections}">${sections(context, parts.section)}</nav>
${context.live && parts.section !== 'search' ? box : nothing}
</header>`
}

/** What a form sends on, as links keep it. */
export function hiddenFields(context: PageContext): Html[] {
  return [...new URLSearchParams(context.keep)].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
}

function alternates(context: PageContext, parts: PageParts): Html[] {
  return parts.feeds.flatMap(feed =>
    FORMATS.map(
      format =>
        html`<link rel="alternate" type="${format.type}" title="${`${cleanLine(feed.label)} (${format.name})`}" href="${feedAddress(context, feed, format.extension)}">\n`,
    ),
  )
}

function sections(context: PageContext, current: Section | null): Html[] {
  const { words } = context
  const all: [Section, string, string][] = [
    ['front', '/', words.events],
    ['agencies', '/agencies', words.agencies],
  ]
  if (context.live) all.push(['feeds', '/feeds', words.feeds], ['search', '/search', words.search])
  return all.map(
    ([id, path, label]) =>
      html`<a${id === 'search' ? html` class="slim"` : nothing} href="${link(context, path)}"${id === current ? html` aria-current="page"` : nothing}>${label}</a>`,
  )
}

function footer(context: PageContext, parts: PageParts): Html {
  const { words } = context
  const feeds = parts.feeds.map(
    feed =>
      html`<li>${words.subscribe}${words.colon}<bdi>${feed.label}</bdi></li>${FORMATS.map(
        format => html`<li><a href="${feedAddress(context, feed, format.extension)}">${format.name}</a></li>`,
      )}`,
  )
  return html`<footer>
<p>${words.orderNote}</p>
<ul>${feeds}${context.live ? html`<li><a href="${context.to('/opml')}">OPML</a></li>` : nothing}</ul>
${context.live && parts.self !== undefined ? html`<nav aria-label="${words.pageLanguage}"><ul>${languages(context, parts.self)}</ul></nav>` : nothing}
<p><span data-zone>${words.timesIn(words.zone)}</span><span class="dot"></span>${words.madeBy}${context.live ? html`<span class="wide"><span class="dot"></span>${words.keys}</span>` : nothing}</p>
</footer>`
}

function languages(context: PageContext, self: string): Html[] {
  const [path = '', query = ''] = self.split('?')
  const spoken = context.words.tag.split('-')[0]
  return INTERFACE_LANGUAGES.map(tag => {
    const parameters = new URLSearchParams(query)
    parameters.set('hl', tag)
    const current = spoken === tag
    return html`<li><a href="${link(context, path, `?${parameters}`)}" ${speech(tag)} hreflang="${tag}"${current ? html` aria-current="true"` : nothing}>${context.words.languageName(tag)}</a></li>`
  })
}
