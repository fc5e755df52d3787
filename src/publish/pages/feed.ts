// The page of one feed, for who runs it: how it stands, its warnings in full, and its latest polls.
import { cleanLine } from '../../language/markup.ts'
import { readQuiet } from '../../language/reason.ts'
import type { PolledPart, PollView } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import { type Html, html, nothing, shownAddress } from '../markup.ts'
import { quietIn } from '../words/polls.ts'
import { feedName, nextHtml, quietOf, stateHtml, strip } from './feeds.ts'
import { link, type PageContext, page } from './layout.ts'
import { factsLine } from './parts/text.ts'
import { dayMoment, shortMoment } from './parts/time.ts'

/** Polls that are listed. */
export const POLLS = 50
const WARNINGS = 100

/** `day` has what came of the polls of a day, in parts. */
export function feedHtml(
  context: PageContext,
  feed: FeedState,
  polls: readonly PollView[],
  day: readonly (PolledPart | null)[],
): string {
  const { words } = context
  const quiet = quietOf(feed)
  const facts = [
    stateHtml(context, feed),
    words.count('reports', feed.reports),
    feed.failures > 0 ? words.count('failures', feed.failures) : null,
    feed.gaps > 0 ? `${words.gaps}${words.colon}${words.number(feed.gaps)}` : null,
  ]
  return page(context, {
    heading: `${feed.agencyName} · ${words.feed}`,
    section: 'feeds',
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    self: `/feeds/${feed.id}`,
    main: html`<p class="kicker"><a class="go" href="${link(context, '/feeds')}">${words.feeds}</a></p><div class="head"><div><h1 class="headline">${feedName(feed)}</h1>
${factsLine(context, facts)}${strip(context, day)}</div></div>
${quiet === null ? nothing : html`<p class="warn note">${quietIn(words, quiet)}</p>`}${feed.error === null ? nothing : html`<p class="warn bad"><bdi>${cleanLine(feed.error)}</bdi></p>`}
${standing(context, feed)}${warnings(context, feed)}${pollTable(context, polls)}`,
  })
}

function standing(context: PageContext, feed: FeedState): Html {
  const { words } = context
  const address = (url: string): Html => html`<span class="address" dir="ltr">${shownAddress(url) ?? '—'}</span>`
  const rows: [string, Html | string][] = [
    [
      words.agency,
      html`<a class="go" href="${link(context, `/agencies/${encodeURIComponent(feed.agency)}`)}"><bdi>${cleanLine(feed.agencyName)}</bdi></a>`,
    ],
    [words.address, address(feed.url)],
  ]
  if (feed.address !== null) rows.push([words.movedTo, address(feed.address)])
  if (feed.title !== null) rows.push([words.ownTitle, html`<bdi>${cleanLine(feed.title)}</bdi>`])
  if (feed.language !== null) rows.push([words.language, html`<bdi>${words.languageName(feed.language)}</bdi>`])
  rows.push(
    [words.lastPoll, feed.lastPoll === null ? words.never : shortMoment(context, feed.lastPoll)],
    [words.lastSuccess, feed.lastSuccess === null ? words.never : shortMoment(context, feed.lastSuccess)],
    [words.nextPoll, nextHtml(context, feed)],
  )
  return html`<table class="standing"><tbody>${rows.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>\n`,
  )}</tbody></table>`
}

function warnings({ words }: PageContext, feed: FeedState): Html {
  const told = feed.warnings.filter(warning => readQuiet(warning) === null)
  if (told.length === 0) return nothing
  return html`<section class="block"><h2 class="rule">${words.warnings}</h2><ul class="note">${told
    .slice(0, WARNINGS)
    .map(warning => html`<li dir="auto">${cleanLine(warning)}</li>\n`)}</ul></section>`
}

function pollTable(context: PageContext, polls: readonly PollView[]): Html {
  if (polls.length === 0) return nothing
  const { words } = context
  const cell = (value: Html | string): Html => html`<td class="number">${value}</td>`
  return html`<section class="block"><h2 class="rule">${words.latestPolls}</h2><div class="scroll" tabindex="0" role="region" aria-label="${words.latestPolls}"><table>
<thead><tr><th scope="col">${words.time}</th><th scope="col">${words.outcome}</th><th scope="col" class="number">${words.newEntries}</th><th scope="col" class="number">${words.revisions}</th><th scope="col" class="number">${words.duration}</th></tr></thead>
<tbody>${polls.map(
    poll =>
      html`<tr><th scope="row">${dayMoment(context, poll.at)}</th><td><span${poll.outcome === 'failed' ? html` class="bad"` : nothing}>${words.pollOutcome[poll.outcome]}</span>${poll.error === null ? nothing : html`<div class="note" dir="auto">${cleanLine(poll.error)}</div>`}</td>${cell(poll.entries === 0 ? '—' : words.ofEvents(words.number(poll.fresh + poll.copies), words.number(poll.entries)))}${cell(words.number(poll.revisions))}${cell(words.seconds(poll.ms))}</tr>\n`,
  )}</tbody></table></div></section>`
}
