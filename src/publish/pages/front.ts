// The front page: the lead, the other events in one ranked list, beside them what is newest, what was corrected and what one
// agency has alone; or a column for each language.
import { cleanLine } from '../../language/markup.ts'
import { primaryLanguage } from '../../language/tag.ts'
import type { FeedTotals, Headline, StorySummary } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { FrontPage, LanguageColumn, ListedThread } from '../front-page.ts'
import { excerpt, type Html, html, nothing, shownAddress, speech } from '../markup.ts'
import { type FeedLink, link, type PageContext, page, pageDirection } from './layout.ts'
import { follow } from './parts/follow.ts'
import { independence, strip } from './parts/independence.ts'
import { spark } from './parts/spark.ts'
import { by, comma, factsLine, headed, headline, own, signalOf, spoken } from './parts/text.ts'
import { clock, shortMoment } from './parts/time.ts'
import { tollFacts } from './parts/toll.ts'

/** A language that news are written in, with the events of the window that are told in it. */
export interface EditionChoice {
  language: string
  threads: number
}

export interface FrontInput {
  front: FrontPage
  /** The language of the news shown; null for all. */
  edition: string | null
  editions: readonly EditionChoice[]
  /** The name of the agency that was chosen. */
  agency: string | null
  page: number
  /** The choice as a canonical query with its `?`, or ''. */
  query: string
  /** The same with the language that stands for the choice of none. */
  feedQuery: string
  /** Null where no feeds are polled: in files. */
  feeds: FeedTotals | null
  /** Feeds that fail, where nothing was reported yet. */
  failing: readonly FeedState[]
  /** Whether the store holds any report at all. */
  empty: boolean
  /** Whether any host can be reached. */
  online: boolean
}

/** Rows before what is beside the list, where there is one column. */
const FIRST_ROWS = 8
/** Polls that succeed no more for so long are told. */
const BEHIND = 15 * 60_000
const FAILING_SHOWN = 12

export function frontHtml(context: PageContext, input: FrontInput): string {
  const { words } = context
  const { front } = input
  const { lead, rows, columns } = front
  const nothingHere = lead === null && rows.length === 0 && front.alone.length === 0 && columns.length === 0
  const feeds: FeedLink[] = [
    { path: '/feed', query: input.feedQuery, label: words.storiesFeed },
    { path: '/threads', query: input.feedQuery, label: words.threadsFeed },
  ]
  return page(context, {
    heading: null,
    section: 'front',
    feeds,
    edition: input.edition,
    self: `/${input.query}`,
    main: html`${status(context, input)}
${input.online ? nothing : html`<p class="warn bad">${words.noNetwork}</p>`}
${front.moved && !nothingHere ? html`<p class="warn note">${words.nothingSince(words.moment(front.until))}</p>` : nothing}
${nothingHere ? emptyState(context, input) : nothing}
${columns.length > 0 ? html`<div class="columns">${columns.map(side => column(context, side))}</div>` : nothing}
${columns.length > 0 || nothingHere ? nothing : list(context, input, feeds)}`,
  })
}

function list(context: PageContext, input: FrontInput, feeds: readonly FeedLink[]): Html {
  const { words } = context
  const { front } = input
  const rest = front.rows.slice(FIRST_ROWS)
  const beside = front.latest.length > 0 || front.corrected.length > 0 || front.alone.length > 0
  return html`<div class="front">
<div>${front.lead === null ? nothing : leadHtml(context, front.lead)}${front.rows.slice(0, FIRST_ROWS).map(one => row(context, one, 'h2'))}</div>
${
  beside
    ? html`<div class="side">${short(context, words.justIn, front.latest, feeds)}${short(context, words.correctedAndWithdrawn, front.corrected)}${aloneHtml(context, front.alone)}</div>`
    : nothing
}
<div class="rest">${rest.map(one => row(context, one, 'h2'))}${turn(context, input)}</div>
</div>`
}

function leadHtml(context: PageContext, { listed, text, others }: NonNullable<FrontPage['lead']>): Html {
  const { words } = context
  const { thread, headline: shown, outline, figures } = listed
  return html`<article class="lead" data-t="${thread.last}">
${headed(context, 'h2', shown, title(context, shown), link(context, `/threads/${thread.id}`))}
${strip(context, thread.agencies, !isRecent(context, thread.first))}
${factsLine(context, [
  ...tollFacts(context, shown, figures),
  thread.agencies.length > 1 ? independence(context, thread, outline) : null,
  words.count('reports', thread.reports),
  html`${words.latestAt} ${shortMoment(context, thread.last)}`,
])}
${text.trim() === '' || shown.withdrawn ? nothing : html`<p class="text"${spoken(context, shown.language)}>${excerpt(text, 420)}</p>`}
${others.length === 0 ? nothing : html`<ul class="others">${others.map(one => other(context, one))}</ul>`}
</article>`
}

function other(context: PageContext, one: Headline): Html {
  return html`<li><a href="${link(context, `/stories/${one.id}`)}"${spoken(context, one.language)}>${title(context, one)}</a><span class="facts">${by(one.agencyName)}</span></li>`
}

/** An event in a list. */
export function row(
  context: PageContext,
  { thread, headline: shown, outline, figures }: ListedThread,
  level: 'h2' | 'h3',
): Html {
  const { words } = context
  const several = thread.agencies.length > 1
  return html`<article class="row" data-t="${thread.last}"><div class="what">
${headed(context, level, shown, title(context, shown), link(context, `/threads/${thread.id}`))}
${strip(context, thread.agencies, !isRecent(context, thread.first))}
${factsLine(context, [
  ...tollFacts(context, shown, figures),
  several ? independence(context, thread, outline) : null,
  words.count('reports', thread.reports),
  alsoIn(context, outline.headlines, shown),
])}</div>
<div class="course facts">${spark(context, outline.pulse)}${shortMoment(context, thread.last)}</div></article>\n`
}

/** The other languages an event is told in. */
function alsoIn(context: PageContext, headlines: readonly Headline[], shown: Headline): Html | null {
  const { words } = context
  const others = new Set(headlines.map(one => primaryLanguage(one.language)).filter(language => language !== null))
  others.delete(primaryLanguage(shown.language) ?? '')
  if (others.size === 0) return null
  return html`${words.alsoIn} ${[...others].sort().map((tag, index) => html`${index === 0 ? '' : comma(context)}<bdi ${speech(tag)}>${words.languageName(tag)}</bdi>`)}`
}

function title(context: PageContext, shown: Headline): string {
  return headline(context, shown)
}

const DAY = 86_400_000
const isRecent = (context: PageContext, at: number): boolean => context.now - at < DAY && context.live

function short(
  context: PageContext,
  heading: string,
  stories: readonly StorySummary[],
  feeds: readonly FeedLink[] = [],
): Html {
  if (stories.length === 0) return nothing
  const [feed] = feeds
  return html`<section><h2>${heading}${feed === undefined ? nothing : follow(context, context.words.follow, feed)}</h2><ul class="short">${stories.map(
    story => storyItem(context, story),
  )}</ul></section>`
}

/** One story in a list: headline, who and when; `ofDay`, below the heading of its day in a list of one agency. */
export function storyItem(context: PageContext, story: StorySummary, ofDay = false): Html {
  const signal = signalOf(story)
  const fixed = signal === 'correction' || signal === 'kill'
  return html`<li${fixed ? html` data-story="${story.id}" data-fixed="${story.updated}"` : nothing}>${headed(context, 'h3', story, headline(context, story), link(context, `/stories/${story.id}`))}
${factsLine(context, ofDay ? [clock(context, story.time)] : [html`<bdi>${cleanLine(story.agencyName)}</bdi>`, shortMoment(context, story.time)])}</li>\n`
}

function aloneHtml(context: PageContext, threads: readonly ListedThread[]): Html {
  if (threads.length === 0) return nothing
  return html`<section><h2>${context.words.oneAgencyOnly}</h2><ul class="short">${threads.map(
    ({ thread, headline: shown }) =>
      html`<li data-t="${thread.last}">${headed(context, 'h3', shown, title(context, shown), link(context, `/threads/${thread.id}`))}
${factsLine(context, [html`<bdi>${cleanLine(shown.agencyName)}</bdi>`, shortMoment(context, thread.last)])}</li>\n`,
  )}</ul></section>`
}

function column(context: PageContext, { language, threads }: LanguageColumn): Html {
  const inside = { ...context, inside: language }
  const { words } = context
  const heading = words.languageName(language ?? '')
  return html`<section class="col" ${speech(language)}><h2 class="rule">${heading}</h2>${threads.map(
    ({ thread, headline: shown, outline }) =>
      html`<article class="row" data-t="${thread.last}">${headed(inside, 'h3', shown, title(context, shown), link(context, `/threads/${thread.id}`))}
${factsLine(inside, [
  thread.agencies.length > 1 ? independence(inside, thread, outline) : by(shown.agencyName),
  words.count('reports', thread.reports),
  shortMoment(inside, thread.last),
])}</article>\n`,
  )}${context.live ? html`<p class="more"><a href="${link(context, '/', `?lang=${language}`)}"${own(inside)}>${words.moreEvents}</a></p>` : nothing}</section>`
}

function turn(context: PageContext, input: FrontInput): Html {
  const { words } = context
  if (!context.live || (!input.front.more && input.page === 1)) return nothing
  const at = (number: number): string => {
    const parameters = new URLSearchParams(input.query)
    if (number > 1) parameters.set('page', String(number))
    else parameters.delete('page')
    const query = parameters.toString()
    return link(context, '/', query === '' ? '' : `?${query}`)
  }
  return html`<p class="more">${input.page > 1 ? html`<a class="go" href="${at(input.page - 1)}" rel="prev">${words.newerEvents}</a>` : nothing}${input.front.more ? html`<a class="go" href="${at(input.page + 1)}" rel="next">${words.moreEvents}</a>` : nothing}</p>`
}

// ── the line below the masthead ─────────────────────────────────────────────────────────────────────────────────────

function status(context: PageContext, input: FrontInput): Html {
  const { words, live, now } = context
  const { front, feeds } = input
  const facts = [
    input.agency === null ? null : html`<b><bdi>${cleanLine(input.agency)}</bdi></b>`,
    words.within(words.count('events', front.count), words.span(front.until - front.since)),
    feeds === null ? null : feedFacts(context, feeds),
  ].filter(fact => fact !== null)
  return html`<div class="status"><div class="facts">${live ? html`<span class="wide">${words.day(now)}<span class="dot"></span></span>` : nothing}${facts.map((fact, index) => html`${index === 0 ? nothing : html`<span class="dot"></span>`}${fact}`)}<span id="new" hidden><span class="dot"></span><a class="go" href="#first-new"></a></span><span id="lost" class="bad" hidden></span></div>${picks(context, input)}</div>`
}

function feedFacts(context: PageContext, totals: FeedTotals): Html {
  const { words } = context
  const polled = totals.feeds - totals.retired - totals.paused
  const count = words.count('feeds', polled)
  const behind = totals.lastSuccess !== null && context.now - totals.lastSuccess > BEHIND && polled > 0
  const text =
    totals.failing > 0
      ? words.someFailing(count, words.count('failing', totals.failing))
      : totals.fresh > 0
        ? words.someFailing(count, words.count('fresh', totals.fresh))
        : words.allAnswering(count)
  const since = behind
    ? html` <span class="bad">${words.notLiveSince(words.shortMoment(totals.lastSuccess ?? 0))}</span>`
    : nothing
  return html`<a href="${link(context, '/feeds')}"${totals.failing > 0 ? html` class="bad"` : nothing}>${text}</a>${since}`
}

function picks(context: PageContext, input: FrontInput): Html {
  const { words } = context
  if (!context.live || input.editions.length < 2) return nothing
  const choice = (language: string, name: Html, current: boolean): Html =>
    html`<a href="${link(context, '/', `?lang=${encodeURIComponent(language)}`)}"${current ? html` aria-current="true"` : nothing}>${name}</a>`
  return html`<nav class="picks" aria-label="${words.newsLanguages}">${input.editions.map(({ language }) =>
    choice(
      language,
      html`<bdi ${speech(language)}>${words.languageName(language)}</bdi>`,
      primaryLanguage(input.edition) === language,
    ),
  )}${choice('all', html`${words.all}`, input.edition === null)}</nav>`
}

// ── nothing to show ─────────────────────────────────────────────────────────────────────────────────────────────────

function emptyState(context: PageContext, input: FrontInput): Html {
  const { words } = context
  if (!input.empty) return nothingMatches(context, input)
  const { feeds } = input
  const polled = feeds === null ? 0 : feeds.feeds - feeds.retired - feeds.paused
  const answered = feeds === null ? 0 : polled - feeds.fresh - feeds.failing
  const allFail = feeds !== null && feeds.failing > 0 && feeds.failing === polled
  return html`<section class="empty"><h2>${allFail ? words.count('noneAnswers', polled) : words.emptyTitle}</h2>
<p>${allFail ? words.allFailText : words.emptyText(words.count('feeds', polled), words.count('answered', answered))}</p>
${failures(input.failing)}
${context.live ? html`<p><a class="go" href="${link(context, '/feeds')}">${words.emptyLink}</a></p>` : nothing}</section>`
}

function failures(feeds: readonly FeedState[]): Html {
  if (feeds.length === 0) return nothing
  return html`<ul>${feeds
    .slice(0, FAILING_SHOWN)
    .map(
      feed =>
        html`<li><b><bdi>${cleanLine(feed.agencyName)}</bdi></b> <span class="address" dir="ltr">${shownAddress(feed.url) ?? '—'}</span><div class="bad note" dir="auto">${cleanLine(feed.error ?? '')}</div></li>`,
    )}</ul>`
}

function nothingMatches(context: PageContext, input: FrontInput): Html {
  const { words } = context
  const span = words.span(input.front.until - input.front.since)
  const others = input.editions.filter(({ language }) => language !== primaryLanguage(input.edition))
  const title = input.edition === null ? words.noMatch : words.nothingIn(words.languageName(input.edition), span)
  return html`<section class="empty"><h2>${title}</h2><p>${words.noMatchText}</p>
<ul>${others.map(
    ({ language, threads }) =>
      html`<li><a class="go" href="${link(context, '/', `?lang=${language}`)}"><bdi ${speech(language)}>${words.languageName(language)}</bdi></a>${words.colon}${words.count('events', threads)}</li>`,
  )}</ul><p dir="${pageDirection(context.language)}"><a class="go" href="${link(context, '/', '?lang=all')}">${words.all}</a></p></section>`
}
