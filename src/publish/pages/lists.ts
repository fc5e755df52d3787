// The pages that are lists: agencies, feeds with their states, search results; and pages with a message.

import { cleanLine } from '../../language/markup.ts'
import { direction } from '../../language/text.ts'
import type { AgencySummary, StorySummary } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import { type Html, html, languageTag, nothing, shownAddress, speech, webUrl } from '../markup.ts'
import { moment, type PageContext, page, shortMoment, storyLine } from './layout.ts'

export function agenciesHtml(context: PageContext, agencies: readonly AgencySummary[]): string {
  const { words } = context
  return page(context, {
    heading: words.agencies,
    section: 'agencies',
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    main: html`<h1 class="headline">${words.agencies}</h1><div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.language}</th><th scope="col" class="number">${words.feeds}</th><th scope="col" class="number">${words.reports}</th><th scope="col">${words.lastReport}</th></tr></thead>
<tbody>${agencies.map(
      agency => html`<tr><th scope="row"><a href="${context.to(`/agencies/${encodeURIComponent(agency.id)}`)}"><bdi>${cleanLine(agency.name)}</bdi></a></th>
<td>${languageTag(agency.language) === null ? '—' : html`<bdi>${words.languageName(agency.language ?? '')}</bdi>`}</td>
<td class="number" data-label="${words.feeds}">${words.number(agency.feeds)}</td><td class="number" data-label="${words.reports}">${words.number(agency.reports)}</td>
<td data-label="${words.lastReport}">${agency.last === null ? '—' : shortMoment(context, agency.last)}</td></tr>\n`,
    )}</tbody></table></div>`,
  })
}

export function agencyHtml(
  context: PageContext,
  agency: AgencySummary,
  stories: readonly StorySummary[],
  feeds: readonly FeedState[],
): string {
  const { words } = context
  const homepage = webUrl(agency.homepage)
  return page(context, {
    heading: agency.name,
    section: 'agencies',
    // A static site has no feed per agency: there, the combined one stands here.
    feeds: [
      context.live
        ? { path: '/feed', query: `?agency=${encodeURIComponent(agency.id)}`, label: agency.name }
        : { path: '/feed', query: '', label: words.storiesFeed },
    ],
    main: html`<p class="kicker">${words.agency}</p><h1 class="headline"><bdi ${speech(null)}>${cleanLine(agency.name)}</bdi></h1>
<p class="meta">${words.count('reports', agency.reports)}<span class="dot"></span>${words.count('feeds', agency.feeds)}${homepage === null ? nothing : html`<span class="dot"></span><a class="go" href="${homepage}" rel="noopener noreferrer">${words.homepage}</a>`}</p>
<section class="part"><h2>${words.latest}</h2>${stories.length === 0 ? html`<p class="note">${words.emptyTitle}</p>` : nothing}<ul class="columned brief">${stories.map(story => storyLine(context, story))}</ul></section>
${context.live && feeds.length > 0 ? html`<section class="part"><h2>${words.feeds}</h2>${feedTable(context, feeds)}</section>` : nothing}`,
  })
}

/** `fault` is why nothing of what is polled can be stored at present. */
export function feedsHtml(context: PageContext, feeds: readonly FeedState[], fault: string | null = null): string {
  const { words } = context
  return page(context, {
    heading: words.feeds,
    section: 'feeds',
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    main: html`<h1 class="headline">${words.feeds}</h1>
<p class="meta">${words.count('feeds', feeds.length)}</p>${fault === null ? nothing : html`<p class="bad" dir="auto">${cleanLine(fault)}</p>`}${feedTable(context, feeds)}`,
  })
}

function feedTable(context: PageContext, feeds: readonly FeedState[]): Html {
  const { words } = context
  return html`<div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.state}</th><th scope="col">${words.lastSuccess}</th><th scope="col">${words.nextPoll}</th></tr></thead>
<tbody>${feeds.map(feed => {
    const troubled = feed.state === 'failing' || feed.state === 'retired'
    return html`<tr><th scope="row"><bdi>${cleanLine(feed.agencyName)}</bdi>${feed.category === null ? nothing : html`<span class="dot"></span><bdi>${cleanLine(feed.category)}</bdi>`}
<div class="address" dir="ltr">${shownAddress(feed.url) ?? '—'}</div></th>
<td><span${troubled ? html` class="bad"` : nothing}>${words.feedState[feed.state]}</span>${feed.failures > 0 ? html`<div class="bad">${words.count('failures', feed.failures)}</div>` : nothing}
<div class="note">${words.count('reports', feed.reports)}</div>${feed.error === null ? nothing : html`<div class="bad" dir="auto">${cleanLine(feed.error)}</div>`}${warnings(context, feed)}</td>
<td data-label="${words.lastSuccess}">${feed.lastSuccess === null ? words.never : shortMoment(context, feed.lastSuccess)}</td>
<td data-label="${words.nextPoll}">${feed.state === 'retired' ? words.retired : feed.state === 'paused' ? words.feedState.paused : moment(context, feed.nextPoll)}<div class="note" dir="auto">${cleanLine(feed.reason)}</div></td></tr>\n`
  })}</tbody></table></div>`
}

function warnings(context: PageContext, feed: FeedState): Html {
  if (feed.warnings.length === 0) return nothing
  return html`<details><summary class="note">${context.words.warnings} (${context.words.number(feed.warnings.length)})</summary><ul class="note">${feed.warnings
    .slice(0, 20)
    .map(warning => html`<li dir="auto">${cleanLine(warning)}</li>`)}</ul></details>`
}

/** `found` is null before anything was looked for. */
export function searchHtml(
  context: PageContext,
  typed: string,
  query: string,
  found: readonly StorySummary[] | null,
): string {
  const { words } = context
  return page(context, {
    heading: found === null ? words.search : words.results(typed),
    section: 'search',
    feeds: found === null ? [] : [{ path: '/feed', query, label: words.results(typed) }],
    main: html`<h1 class="headline">${words.search}</h1>
<form class="search" method="get" action="${context.to('/search')}" role="search">
<input type="search" name="q" dir="auto" maxlength="200" value="${typed}" aria-label="${words.searchFor}" placeholder="${words.searchFor}"><button>${words.search}</button></form>
<p class="note">${words.searchHint}</p>
${found === null ? nothing : results(context, typed, found)}`,
  })
}

function results(context: PageContext, typed: string, found: readonly StorySummary[]): Html {
  const { words } = context
  if (found.length === 0) return html`<section class="empty"><h2>${words.noMatch}</h2></section>`
  return html`<section class="part"><h2 dir="auto">${words.results(typed)}</h2>
<ul class="brief">${found.map(story => storyLine(context, story))}</ul></section>`
}

/** A page that only says something: not found, not understood. */
export function messageHtml(context: PageContext, title: string, text: string): string {
  return page(context, {
    heading: title,
    section: null,
    feeds: [{ path: '/feed', query: '', label: context.words.storiesFeed }],
    main: html`<section class="empty"><h1>${title}</h1><p dir="auto">${text}</p>
<p><a class="go" href="${context.to('/')}">${context.words.backHome}</a></p></section>`,
  })
}

/** A page that leads on to where a merged id lives now; for files, which cannot answer 308. */
export function movedHtml(context: PageContext, path: string, canonical: string): string {
  const target = context.to(path)
  return html`<!doctype html>
<html lang="${context.words.tag}" dir="${direction(context.words.tag)}">
<head><meta charset="utf-8"><title>${context.words.movedTitle}</title>
<meta http-equiv="refresh" content="0; url=${target}"><link rel="canonical" href="${canonical}"></head>
<body><p><a href="${target}">${context.words.movedTitle}</a></p></body>
</html>
`.source
}
