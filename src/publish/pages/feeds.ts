// The page of the feeds, for who runs them: the worst first, what came of the polls of a day, and why the next is when it is.
import { cleanLine } from '../../language/markup.ts'
import { readQuiet, readReason } from '../../language/reason.ts'
import type { Health, PolledPart } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { type Html, html, nothing, shownAddress } from '../markup.ts'
import { quietIn, reasonIn } from '../words/polls.ts'
import { link, type PageContext, page, pageDirection } from './layout.ts'
import { dotted } from './parts/text.ts'
import { shortMoment } from './parts/time.ts'

type Polls = ReadonlyMap<number, readonly (PolledPart | null)[]>

/** Parts of a day for which polls are summed up. */
export const POLL_PARTS = 48

/** Which feeds are listed, and below which headings. */
export interface FeedsChoice {
  show: 'all' | 'trouble' | 'silent' | 'gaps'
  by: 'state' | 'agency' | 'host'
}

const SHOWN = ['all', 'trouble', 'silent', 'gaps'] as const
const GROUPED = ['state', 'agency', 'host'] as const
export const EVERY_FEED: FeedsChoice = { show: 'all', by: 'state' }

/** What was asked for; what means nothing is passed over. */
export function feedsChoice(parameters: URLSearchParams): FeedsChoice {
  const asked = (name: string): string => parameters.get(name) ?? ''
  return {
    show: SHOWN.find(one => one === asked('show')) ?? EVERY_FEED.show,
    by: GROUPED.find(one => one === asked('by')) ?? EVERY_FEED.by,
  }
}

/** The choice as a query without its `?`; '' for that of every feed. */
export function feedsQuery({ show, by }: FeedsChoice): string {
  const parameters = new URLSearchParams()
  if (show !== EVERY_FEED.show) parameters.set('show', show)
  if (by !== EVERY_FEED.by) parameters.set('by', by)
  return parameters.toString()
}

/** How long a feed has been silent, where that is longer than it is as a rule. */
export function quietOf({ state, warnings }: Pick<FeedState, 'state' | 'warnings'>) {
  return state === 'ok' ? (warnings.map(readQuiet).find(quiet => quiet !== null) ?? null) : null
}

const isListed = (show: FeedsChoice['show'], feed: FeedState): boolean =>
  show === 'all' ||
  (show === 'trouble' && (feed.state === 'failing' || feed.state === 'retired')) ||
  (show === 'silent' && quietOf(feed) !== null) ||
  (show === 'gaps' && feed.gaps > 0)

/** What keeps polls from being made or stored, or backups. */
export type Troubles = Pick<Health, 'fault' | 'online' | 'backup'>

export function feedsHtml(
  context: PageContext,
  feeds: readonly FeedState[],
  polls: Polls,
  troubles: Troubles = {},
  choice: FeedsChoice = EVERY_FEED,
): string {
  const { words } = context
  const failing = feeds.filter(({ state }) => state === 'failing').length
  const query = feedsQuery(choice)
  return page(context, {
    heading: failing > 0 ? `(${words.count('failing', failing)}) ${words.feeds}` : words.feeds,
    section: 'feeds',
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    self: `/feeds${query === '' ? '' : `?${query}`}`,
    main: html`<div class="head"><div><h1 class="headline">${words.feeds}</h1>
<p class="facts">${dotted(sums(context, feeds))}</p></div></div>${troubled(context, troubles)}
${filters(context, feeds, choice)}${groups(
  context,
  feeds.filter(feed => isListed(choice.show, feed)),
  polls,
  choice,
)}`,
  })
}

function troubled({ words }: PageContext, { fault = null, online = true, backup = null }: Troubles): Html {
  return html`${fault === null ? nothing : html`<p class="warn bad"><bdi>${cleanLine(fault)}</bdi></p>`}${online ? nothing : html`<p class="warn bad">${words.noNetwork}</p>`}${backup?.fault == null ? nothing : html`<p class="warn bad">${words.backupFailed}</p>`}`
}

function sums(context: PageContext, feeds: readonly FeedState[]): (Html | string)[] {
  const { words } = context
  const count = (state: FeedState['state']): number => feeds.filter(feed => feed.state === state).length
  const silent = feeds.filter(feed => quietOf(feed) !== null).length
  const parts = [
    ['good', count('ok') - silent],
    ['silent', silent],
    ['failing', count('failing')],
    ['fresh', count('new')],
    ['paused', count('paused')],
    ['retired', count('retired')],
  ] as const
  const told = parts.filter(([, n]) => n > 0).map(([name, n]) => words.count(name, n))
  const last = feeds.reduce<Millis | null>((most, { lastPoll }) => newer(most, lastPoll), null)
  return [
    words.count('feeds', feeds.length),
    ...told,
    ...(last === null ? [] : [html`${words.lastPoll} ${shortMoment(context, last)}`]),
  ]
}

function newer(one: Millis | null, other: Millis | null): Millis | null {
  return one === null ? other : other === null ? one : Math.max(one, other)
}

function filters(context: PageContext, feeds: readonly FeedState[], choice: FeedsChoice): Html {
  const { words } = context
  const names = { all: words.all, trouble: words.trouble, silent: words.silentFeeds, gaps: words.gaps }
  const headings = { state: words.state, agency: words.agency, host: words.host }
  const to = (changed: Partial<FeedsChoice>, name: Html | string, current: boolean): Html =>
    html`<a href="${link(context, '/feeds', feedsQuery({ ...choice, ...changed }))}"${current ? html` aria-current="true"` : nothing}>${name}</a>`
  const shown = SHOWN.map(show => ({ show, count: feeds.filter(feed => isListed(show, feed)).length })).filter(
    ({ show, count }) => count > 0 || show === choice.show,
  )
  const narrowed = html`<nav class="filters" aria-label="${words.state}">${shown.map(({ show, count }) =>
    to({ show }, `${names[show]} (${words.number(count)})`, show === choice.show),
  )}</nav>`
  return html`${shown.length < 2 ? nothing : narrowed}
<nav class="filters" aria-label="${words.groupBy}"><h2>${words.groupBy}</h2>${GROUPED.map(by => to({ by }, headings[by], by === choice.by))}</nav>`
}

function groups(context: PageContext, feeds: readonly FeedState[], polls: Polls, { by }: FeedsChoice): Html {
  if (by === 'state') return feedTable(context, feeds, polls)
  const nameOf = ({ agencyName, url }: FeedState): string =>
    by === 'agency' ? cleanLine(agencyName) : URL.canParse(url) ? new URL(url).host : '—'
  const all = [...Map.groupBy(feeds, nameOf)].sort(([a], [b]) => a.localeCompare(b, context.words.locale))
  return html`${all.map(
    ([name, list]) =>
      html`<section class="block"><h2 class="rule"><bdi>${name || '—'}</bdi></h2>${feedTable(context, list, polls)}</section>`,
  )}`
}

/** Worst first. */
const ORDER: readonly FeedState['state'][] = ['failing', 'new', 'ok', 'paused', 'retired']

function worstFirst(a: FeedState, b: FeedState): number {
  const isQuiet = (feed: FeedState): number => (quietOf(feed) === null ? 0 : 1)
  const place = (feed: FeedState): number => ORDER.indexOf(feed.state) - isQuiet(feed)
  return place(a) - place(b) || isQuiet(b) - isQuiet(a) || b.failures - a.failures || b.gaps - a.gaps
}

export function feedTable(context: PageContext, feeds: readonly FeedState[], polls: Polls = new Map()): Html {
  const { words } = context
  const many = new Set(feeds.map(feed => feed.agency)).size > 1
  return html`<div class="scroll"><table class="stack health">
<thead><tr><th scope="col">${words.feed}</th><th scope="col">${words.state}</th><th scope="col">${words.lastSuccess}</th><th scope="col">${words.nextPoll}</th></tr></thead>
<tbody>${[...feeds].sort(worstFirst).map(feed => row(context, feed, many, polls.get(feed.id)))}</tbody></table></div>`
}

function row(
  context: PageContext,
  feed: FeedState,
  named: boolean,
  polls: readonly (PolledPart | null)[] | undefined,
): Html {
  const { words } = context
  const name = html`<a href="${link(context, `/feeds/${feed.id}`)}">${feedName(feed, named)}</a>`
  const quiet = quietOf(feed)
  const isGood = feed.state === 'ok' && quiet === null
  return html`<tr${isGood ? html` class="fine"` : nothing}><th scope="row">${name}
<div class="address" dir="ltr">${shownAddress(feed.url) ?? '—'}</div>${feed.address === null ? nothing : html`<div class="address" dir="ltr">→ ${shownAddress(feed.address) ?? '—'}</div>`}</th>
<td>${stateHtml(context, feed)}${strip(context, polls ?? [])}${feed.failures > 0 ? html`<div class="bad">${words.count('failures', feed.failures)}</div>` : nothing}
<div class="note">${words.count('reports', feed.reports)}${feed.gaps > 0 ? html`<span class="dot"></span>${words.gaps}${words.colon}${words.number(feed.gaps)}` : nothing}</div>${quiet === null ? nothing : html`<div class="differ">${quietIn(words, quiet)}</div>`}${feed.error === null ? nothing : html`<div class="bad" dir="auto">${cleanLine(feed.error)}</div>`}${warnings(context, feed)}</td>
<td class="last" data-label="${words.lastSuccess}">${feed.lastSuccess === null ? words.never : shortMoment(context, feed.lastSuccess)}</td>
<td class="next" data-label="${words.nextPoll}">${nextHtml(context, feed)}</td></tr>\n`
}

/** Agency and category, or the category alone below the heading of its agency. */
export function feedName(feed: FeedState, named = true): Html {
  const agency = html`<bdi>${cleanLine(feed.agencyName)}</bdi>`
  if (feed.category === null) return agency
  const category = html`<bdi>${cleanLine(feed.category)}</bdi>`
  return named ? html`${agency}<span class="dot"></span>${category}` : category
}

/** A dot, filled for what answers, and the state in a word. */
export function stateHtml({ words }: PageContext, feed: FeedState): Html {
  if (quietOf(feed) !== null) return html`<span class="differ">○ ${words.silent}</span>`
  const troubled = feed.state === 'failing' || feed.state === 'retired'
  const sign = feed.state === 'ok' || feed.state === 'failing' ? '●' : '○'
  return html`<span class="${troubled ? 'bad' : 'good'}">${sign} ${words.feedState[feed.state]}</span>`
}

/** What came of the polls of a day, a bar for each part of it that had any: tall for news, low for none, whole for a failure. */
export function strip(context: PageContext, polls: readonly (PolledPart | null)[]): Html {
  if (polls.every(poll => poll === null)) return nothing
  const backwards = pageDirection(context.language) === 'rtl'
  const path = (outcome: PolledPart, height: number): string =>
    polls
      .map((poll, at) =>
        poll === outcome ? `M${((backwards ? polls.length - 1 - at : at) + 0.5) * 3} 16v-${height}` : '',
      )
      .join('')
  return html`<svg class="polls" width="${polls.length * 3}" height="16" role="img" aria-label="${context.words.lastDayPolls}"><path class="idle" d="${path('unchanged', 4)}"/><path class="filed" d="${path('filed', 10)}"/><path class="lost" d="${path('failed', 16)}"/></svg>`
}

/** When it is polled next, and why then. A reason of an older version of Minwal stands as it was written. */
export function nextHtml(context: PageContext, feed: FeedState): Html {
  const { words } = context
  if (feed.state === 'retired') return html`${words.retired}`
  if (feed.state === 'paused') return html`${words.feedState.paused}`
  const reason = readReason(feed.reason)
  const why =
    reason === null
      ? html`<div class="note" lang="en" dir="ltr">${cleanLine(feed.reason)}</div>`
      : html`<div class="note">${reasonIn(words, reason)}</div>`
  return html`${shortMoment(context, feed.nextPoll)}${why}`
}

/** Warnings in a row; the others stand on the page of the feed. */
const WARNINGS = 5

function warnings(context: PageContext, feed: FeedState): Html {
  const told = feed.warnings.filter(warning => readQuiet(warning) === null)
  if (told.length === 0) return nothing
  return html`<details><summary>${context.words.warnings} (${context.words.number(told.length)})</summary><ul class="note">${told
    .slice(0, WARNINGS)
    .map(warning => html`<li dir="auto">${cleanLine(warning)}</li>`)}</ul></details>`
}
