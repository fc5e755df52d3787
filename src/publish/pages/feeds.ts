// The page of the feeds, for who runs them: how each stands, what was last polled and what is polled next.
import { cleanLine } from '../../language/markup.ts'
import type { PolledPart } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { type Html, html, nothing, shownAddress } from '../markup.ts'
import { type PageContext, page, pageDirection } from './layout.ts'
import { dotted } from './parts/text.ts'
import { shortMoment } from './parts/time.ts'

type Polls = ReadonlyMap<number, readonly (PolledPart | null)[]>

/** Parts of a day for which polls are summed up. */
export const POLL_PARTS = 48
/** Worst first. */
const ORDER: readonly FeedState['state'][] = ['failing', 'new', 'ok', 'paused', 'retired']
const WARNINGS = 20

/** `fault` is why nothing of what is polled can be stored at present. */
export function feedsHtml(
  context: PageContext,
  feeds: readonly FeedState[],
  polls: Polls,
  fault: string | null = null,
): string {
  const { words } = context
  const states = Map.groupBy(feeds, feed => feed.state)
  const count = (state: FeedState['state']): number => states.get(state)?.length ?? 0
  const parts = [
    ['good', count('ok')],
    ['failing', count('failing')],
    ['fresh', count('new')],
    ['paused', count('paused')],
    ['retired', count('retired')],
  ] as const
  const sums = parts.filter(([, n]) => n > 0).map(([name, n]) => words.count(name, n))
  const last = feeds.reduce<Millis | null>((most, { lastPoll }) => newer(most, lastPoll), null)
  const facts = [
    `${words.count('feeds', feeds.length)}${sums.length === 0 ? '' : `: ${sums.join(' · ')}`}`,
    ...(last === null ? [] : [html`${words.lastPoll} ${shortMoment(context, last)}`]),
  ]
  const failing = count('failing')
  return page(context, {
    heading: failing > 0 ? `(${words.count('failing', failing)}) ${words.feeds}` : words.feeds,
    section: 'feeds',
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    self: '/feeds',
    main: html`<div class="head"><div><h1 class="headline">${words.feeds}</h1>
<p class="facts">${dotted(facts)}</p></div></div>${fault === null ? nothing : html`<p class="warn bad" dir="auto">${cleanLine(fault)}</p>`}${feedTable(context, feeds, polls)}`,
  })
}

function newer(one: Millis | null, other: Millis | null): Millis | null {
  return one === null ? other : other === null ? one : Math.max(one, other)
}

const worstFirst = (a: FeedState, b: FeedState): number =>
  ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.failures - a.failures || b.warnings.length - a.warnings.length

export function feedTable(context: PageContext, feeds: readonly FeedState[], polls: Polls = new Map()): Html {
  const { words } = context
  const many = new Set(feeds.map(feed => feed.agency)).size > 1
  return html`<div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.state}</th><th scope="col">${words.lastSuccess}</th><th scope="col">${words.nextPoll}</th></tr></thead>
<tbody>${[...feeds].sort(worstFirst).map(feed => row(context, feed, many, polls.get(feed.id)))}</tbody></table></div>`
}

function row(
  context: PageContext,
  feed: FeedState,
  named: boolean,
  polls: readonly (PolledPart | null)[] | undefined,
): Html {
  const { words } = context
  const troubled = feed.state === 'failing' || feed.state === 'retired'
  const category = feed.category === null ? nothing : html`<bdi>${cleanLine(feed.category)}</bdi>`
  const name = html`<bdi>${cleanLine(feed.agencyName)}</bdi>${feed.category === null ? nothing : html`<span class="dot"></span>`}${category}`
  const state = html`<span class="${troubled ? 'bad' : 'good'}">${feed.state === 'ok' || feed.state === 'failing' ? '● ' : '○ '}${words.feedState[feed.state]}</span>`
  return html`<tr><th scope="row">${named || feed.category === null ? name : category}
<div class="address" dir="ltr">${shownAddress(feed.url) ?? '—'}</div>${feed.address === null ? nothing : html`<div class="address" dir="ltr">→ ${shownAddress(feed.address) ?? '—'}</div>`}</th>
<td>${state}${feed.failures > 0 ? html`<div class="bad">${words.count('failures', feed.failures)}</div>` : nothing}
<div class="note">${words.count('reports', feed.reports)}${feed.gaps > 0 ? html`<span class="dot"></span>${words.gaps}: ${words.number(feed.gaps)}` : nothing}</div>${feed.error === null ? nothing : html`<div class="bad" dir="auto">${cleanLine(feed.error)}</div>`}${warnings(context, feed)}${strip(context, polls ?? [])}</td>
<td data-label="${words.lastSuccess}">${feed.lastSuccess === null ? words.never : shortMoment(context, feed.lastSuccess)}</td>
<td data-label="${words.nextPoll}">${next(context, feed)}</td></tr>\n`
}

/** What came of the polls of a day, a bar for each part of it that had any: tall for news, low for none, whole for a failure. */
function strip(context: PageContext, polls: readonly (PolledPart | null)[]): Html {
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

/** When it is polled next, and why then: in the words of the page what can be said in them, else as scheduling wrote it. */
function next(context: PageContext, feed: FeedState): Html {
  const { words } = context
  if (feed.state === 'retired') return html`${words.retired}`
  if (feed.state === 'paused') return html`${words.feedState.paused}`
  // Scheduling gives its reason in English, the interval with it.
  const english = words.tag.startsWith('en')
  const every =
    english || feed.interval === null
      ? nothing
      : html`<div class="note">${words.every(words.span(feed.interval))}</div>`
  const reason = html`<div class="note"${english ? nothing : html` lang="en" dir="ltr"`}>${cleanLine(feed.reason)}</div>`
  return html`${shortMoment(context, feed.nextPoll)}${every}${reason}`
}

function warnings(context: PageContext, feed: FeedState): Html {
  if (feed.warnings.length === 0) return nothing
  return html`<details><summary>${context.words.warnings} (${context.words.number(feed.warnings.length)})</summary><ul class="note">${feed.warnings
    .slice(0, WARNINGS)
    .map(warning => html`<li dir="auto">${cleanLine(warning)}</li>`)}</ul></details>`
}
