// The page of a search: the box, what narrows it, and what was found, event by event.
import { cleanLine } from '../../language/markup.ts'
import { matcher } from '../../language/search.ts'
import type { StorySummary } from '../../model/shown.ts'
import { type Html, html, languageTag, nothing } from '../markup.ts'
import type { Facet, Found, FoundEvent, Narrowing, Typed } from '../search.ts'
import { type FeedLink, hiddenFields, link, type PageContext, page } from './layout.ts'
import { follow } from './parts/follow.ts'
import { independence } from './parts/independence.ts'
import { type Matches, marked, placeIn } from './parts/snippet.ts'
import { by, chip, factsLine, headed, headline, own, ownLanguage, signalOf, spoken } from './parts/text.ts'
import { shortMoment } from './parts/time.ts'

export interface SearchInput {
  /** As it was typed; '' for nothing. */
  typed: string
  read: Typed
  /** Those of the address and of the box. */
  narrowings: readonly Narrowing[]
  /** Parameters of the address, without those of no meaning here. */
  parameters: Readonly<Record<string, string>>
  /** Null before anything was looked for. */
  found: Found | null
  /** Where nothing was found: what is found without each narrowing, where that is more. */
  wider: readonly { narrowing: Narrowing; stories: number }[]
  feedQuery: string
}

/** Stories shown under one event. */
const UNDER = 3

export function searchHtml(context: PageContext, input: SearchInput): string {
  const { words } = context
  const { typed, found } = input
  const language = found === null ? null : majority(found)
  const inside = language === null ? context : { ...context, inside: language }
  const feed: FeedLink = { path: '/feed', query: input.feedQuery, label: words.results(typed) }
  const parameters = new URLSearchParams(input.parameters).toString()
  return page(context, {
    heading: found === null ? words.search : words.results(typed),
    section: 'search',
    feeds: found === null ? [] : [feed],
    language,
    typed,
    self: `/search${parameters === '' ? '' : `?${parameters}`}`,
    main: html`<h1 class="hidden"${own(inside)}>${words.search}</h1>
<form class="search" method="get" action="${context.to('/search')}" role="search">${hiddenFields({ ...context, keep: hl(context) })}
<input type="search" name="q" dir="auto" maxlength="200" value="${typed}" aria-label="${words.searchFor}" placeholder="${words.searchFor}"><button>${words.search}</button></form>
${input.read.unknown.map(name => html`<p class="warn note"${own(inside)}>${words.noOperator(name)}</p>`)}
${chips(inside, input)}
${found === null ? html`<p class="note"${own(inside)}>${words.searchHint}</p>` : results(inside, input, found, feed)}`,
  })
}

/** What was said of the page's own words: of a form, the language of the news is no hidden part. */
function hl({ keep }: PageContext): string {
  return keep
    .split('&')
    .filter(part => part.startsWith('hl='))
    .join('&')
}

/** The language of most of what was found, where it has one. */
function majority({ languages, stories }: Found): string | null {
  const [most] = languages
  return most !== undefined && most.count * 2 > stories ? languageTag(most.value) : null
}

/** The address of the same search, narrowed or widened. */
function address(context: PageContext, input: SearchInput, changes: Readonly<Record<string, string | null>>): string {
  const parameters = new URLSearchParams(input.parameters)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name)
    else parameters.set(name, value)
  }
  return link({ ...context, keep: hl(context) }, '/search', `?${parameters}`)
}

function withoutOf(context: PageContext, input: SearchInput, { typed, kind, text }: Narrowing): string {
  if (!typed) return address(context, input, { [kind === 'corrections' ? 'kind' : kind]: null })
  return address(context, input, { q: input.typed.replace(text, ' ').replace(/\s+/g, ' ').trim() })
}

function chips(context: PageContext, input: SearchInput): Html {
  const { words } = context
  if (input.narrowings.length === 0) return nothing
  return html`<p class="filters"${ownLanguage(context)}>${input.narrowings.map(
    one =>
      html`<a href="${withoutOf(context, input, one)}" aria-label="${words.remove(one.text)}"><bdi>${cleanLine(one.text)}</bdi> ✕</a>`,
  )}</p>`
}

function results(context: PageContext, input: SearchInput, found: Found, feed: FeedLink): Html {
  const { words } = context
  if (found.stories === 0) return nothingFound(context, input)
  const reports = words.count('reports', found.stories)
  const sum = words.found(found.more ? `${reports}+` : reports, words.count('events', found.events.length))
  const matches = matcher([input.read.words, ...input.narrowings.map(exactWords)].join(' '))
  return html`<section><div class="head"><h2 class="facts"${ownLanguage(context)}><bdi>${sum}<span class="dot"></span>${words.newestFirst}</bdi></h2>${follow(context, words.followSearch, feed)}</div>
${filters(context, input, found)}
${found.events.map(event => eventHtml(context, event, { matches, pageTexts: found.pageTexts }))}</section>`
}

const exactWords = ({ kind, value }: Narrowing): string => (kind === 'exact' ? value : '')

function filters(context: PageContext, input: SearchInput, found: Found): Html {
  const { words } = context
  const has = (kind: Narrowing['kind']): boolean => input.narrowings.some(one => one.kind === kind)
  const choice = (name: string, parameter: string, facets: readonly Facet[], nameOf: (facet: Facet) => string): Html =>
    facets.length < 2
      ? nothing
      : html`<nav class="filters" aria-label="${name}"${ownLanguage(context)}><h3>${name}</h3>${facets.map(
          facet =>
            html`<a href="${address(context, input, { [parameter]: facet.value })}"><bdi>${nameOf(facet)}</bdi> (${words.number(facet.count)})</a>`,
        )}</nav>`
  const spans = [
    ['24h', words.lastDay],
    ['7d', words.lastWeek],
  ] as const
  return html`${has('lang') ? nothing : choice(words.language, 'lang', found.languages, ({ value }) => words.languageName(value))}
${has('agency') ? nothing : choice(words.agency, 'agency', found.agencies, ({ name }) => cleanLine(name))}
<nav class="filters" aria-label="${words.when}"${ownLanguage(context)}>${
    has('since')
      ? nothing
      : html`<h3>${words.when}</h3>${spans.map(([span, name]) => html`<a href="${address(context, input, { since: span })}">${name}</a>`)}`
  }${
    has('corrections') || found.corrections === 0
      ? nothing
      : html`<a href="${address(context, input, { kind: 'corrections' })}">${words.corrections} (${words.number(found.corrections)})</a>`
  }</nav>`
}

/** What is needed to show where a story says what was searched for. */
interface Places {
  matches: Matches
  pageTexts: ReadonlyMap<number, string>
}

function eventHtml(context: PageContext, { listed, stories }: FoundEvent, places: Places): Html {
  const { words } = context
  const { thread, outline, headline: shown } = listed
  const facts = [
    thread.agencies.length > 1 ? independence(context, thread, outline) : null,
    words.count('reports', thread.reports),
    html`${words.latestAt} ${shortMoment(context, thread.last)}`,
  ]
  const more = stories.length - UNDER
  return html`<article class="row found"><div class="what">${headed(context, 'h3', shown, headline(context, shown), link(context, `/threads/${thread.id}`))}
${factsLine(context, facts)}
<ul class="short">${stories.slice(0, UNDER).map(story => storyHtml(context, story, places))}</ul>${more > 0 ? factsLine(context, [words.count('others', more)]) : nothing}</div></article>\n`
}

function storyHtml(context: PageContext, story: StorySummary, { matches, pageTexts }: Places): Html {
  const pageText = pageTexts.get(story.id)
  const texts = story.withdrawn ? [] : pageText === undefined ? [story.text] : [story.text, pageText]
  const title = marked(headline(context, story), story.language, matches)
  const place = placeIn(texts, story.language, matches)
  return html`<li><p${spoken(context, story.language)}>${chip(context, signalOf(story))}<a href="${link(context, `/stories/${story.id}`)}"${story.withdrawn ? html` class="struck"` : nothing}>${title}</a></p>
${place === null ? nothing : html`<p class="note place"${spoken(context, story.language)}>${place}</p>`}
${factsLine(context, [by(story.agencyName), shortMoment(context, story.time)])}</li>`
}

function nothingFound(context: PageContext, input: SearchInput): Html {
  const { words } = context
  return html`<section class="empty"${own(context)}><h2>${words.nothingFound(input.typed)}</h2>
<ul>${input.wider.map(
    ({ narrowing, stories }) =>
      html`<li><a class="go" href="${withoutOf(context, input, narrowing)}">${words.without(cleanLine(narrowing.text))}</a>${words.colon}${words.count('reports', stories)}</li>`,
  )}</ul><p class="note">${words.searchHint}</p></section>`
}
