// Pages that only say something: not found, not understood.
import type { ListedThread } from '../front-page.ts'
import { type Html, html, nothing } from '../markup.ts'
import { hiddenFields, link, type PageContext, page } from './layout.ts'
import { factsLine, headed, headline } from './parts/text.ts'
import { shortMoment } from './parts/time.ts'

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

/** A page where there is none, or none any more: the box to search, and the newest events. */
export function notFoundHtml(context: PageContext, threads: readonly ListedThread[], isGone = false): string {
  const { words } = context
  const events = threads.map(
    ({ thread, headline: shown }) =>
      html`<li>${headed(context, 'h3', shown, headline(context, shown), link(context, `/threads/${thread.id}`))}
${factsLine(context, [words.count('reports', thread.reports), shortMoment(context, thread.last)])}</li>\n`,
  )
  const box = html`<form class="search" method="get" action="${context.to('/search')}">${hiddenFields(context)}<input type="search" name="q" dir="auto" maxlength="200" aria-label="${words.searchFor}" placeholder="${words.searchFor}"><button>${words.search}</button></form>`
  const list = html`<h2 class="rule">${words.events}</h2><ul class="short">${events}</ul>`
  return messageHtml(
    context,
    isGone ? words.goneTitle : words.notFoundTitle,
    isGone ? words.goneText : words.notFoundText,
    html`${context.live ? box : nothing}${events.length === 0 ? nothing : list}`,
  )
}
