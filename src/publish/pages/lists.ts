// The pages of agencies, and pages with a message.
import { cleanLine } from '../../language/markup.ts'
import { direction } from '../../language/text.ts'
import type { AgencySummary, StorySummary } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import { type Html, html, languageTag, nothing, webUrl } from '../markup.ts'
import { feedTable } from './feeds.ts'
import { storyItem } from './front.ts'
import { link, type PageContext, page } from './layout.ts'
import { follow } from './parts/follow.ts'
import { factsLine, own } from './parts/text.ts'
import { iso, shortMoment } from './parts/time.ts'

export function agenciesHtml(context: PageContext, agencies: readonly AgencySummary[]): string {
  const { words } = context
  const feed = { path: '/feed', query: '', label: words.storiesFeed }
  return page(context, {
    heading: words.agencies,
    section: 'agencies',
    feeds: [feed],
    self: '/agencies',
    main: html`<div class="head"><h1 class="headline">${words.agencies}</h1>${follow(context, words.follow, feed)}</div><div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.language}</th><th scope="col" class="number">${words.feeds}</th><th scope="col" class="number">${words.reports}</th><th scope="col">${words.lastReport}</th></tr></thead>
<tbody>${agencies.map(
      agency => html`<tr><th scope="row"><a href="${link(context, `/agencies/${encodeURIComponent(agency.id)}`)}"><bdi>${cleanLine(agency.name)}</bdi></a></th>
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
  const language = languageTag(agency.language)
  const inside = { ...context, inside: language }
  // A static site has no feed per agency: there, the combined one stands here.
  const feed = context.live
    ? { path: '/feed', query: `?agency=${encodeURIComponent(agency.id)}`, label: agency.name }
    : { path: '/feed', query: '', label: words.storiesFeed }
  const facts = [
    words.count('reports', agency.reports),
    words.count('feeds', agency.feeds),
    ...(homepage === null
      ? []
      : [html`<a class="go" href="${homepage}" rel="noopener noreferrer">${words.homepage} ↗</a>`]),
  ]
  return page(context, {
    heading: agency.name,
    section: 'agencies',
    feeds: [feed],
    language,
    self: `/agencies/${encodeURIComponent(agency.id)}`,
    main: html`<p class="kicker"${own(inside)}>${words.agency}</p><div class="head"><div><h1 class="headline"><bdi>${cleanLine(agency.name)}</bdi></h1>
${factsLine(inside, facts)}</div>${follow(inside, words.follow, feed)}</div>
<section><h2 class="rule"${own(inside)}>${words.latest}</h2>${stories.length === 0 ? html`<p class="note"${own(inside)}>${words.emptyTitle}</p>` : nothing}<ol class="short">${byDay(inside, stories)}</ol></section>
${context.live && feeds.length > 0 ? html`<section class="block"${own(inside)}><h2 class="rule">${words.feeds}</h2>${feedTable(context, feeds)}</section>` : nothing}`,
  })
}

function byDay(context: PageContext, stories: readonly StorySummary[]): Html[] {
  let day = ''
  return stories.map(story => {
    const date = iso(story.time).slice(0, 10)
    const heading =
      date === day ? nothing : html`<li class="day"${own(context)}>${context.words.weekday(story.time)}</li>\n`
    day = date
    return html`${heading}${storyItem(context, story)}`
  })
}

/** A page that only says something: not found, not understood. */
export function messageHtml(context: PageContext, title: string, text: string, more: Html = nothing): string {
  const { words } = context
  return page(context, {
    heading: title,
    section: null,
    feeds: [{ path: '/feed', query: '', label: words.storiesFeed }],
    main: html`<section class="empty"><h1>${title}</h1><p>${text}</p>${more}
<p><a class="go" href="${link(context, '/')}">${words.backHome}</a></p></section>`,
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
