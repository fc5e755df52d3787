// The front page: a lead, two large threads, the other threads, and in brief what only one agency has.

import { cleanLine } from '../../language/markup.ts'
import type { AgencySummary, Selection, ThreadSummary } from '../../model/shown.ts'
import type { FrontPage, FrontThread } from '../edition.ts'
import { independentSources } from '../hotness.ts'
import { excerpt, type Html, html, languageTag, nothing, speech } from '../markup.ts'
import { headline, label, linkedHeadline, own, type PageContext, page, shortMoment, signalOf } from './layout.ts'

export interface FrontInput {
  front: FrontPage
  agencies: readonly AgencySummary[]
  /** What the reader chose, for marking it in the rows of choices. */
  chosen: Partial<Selection>
  /** The choice as a canonical query with its `?`, or ''. */
  query: string
  /** Whether the store holds any report at all. */
  empty: boolean
}

/** Threads set large below the lead. */
const SECOND = 2

export function frontHtml(context: PageContext, input: FrontInput): string {
  const { words } = context
  const { main, brief } = input.front
  const [lead, ...rest] = main
  const nothingHere = main.length === 0 && brief.length === 0
  return page(context, {
    heading: null,
    section: 'front',
    feeds: [
      { path: '/feed', query: input.query, label: words.storiesFeed },
      { path: '/threads', query: input.query, label: words.threadsFeed },
    ],
    main: html`${context.live ? languageChoice(context, input) : nothing}
${input.front.moved && !nothingHere ? html`<p class="note">${words.nothingSince(words.moment(input.front.until))}</p>` : nothing}
${nothingHere ? emptyState(context, input.empty) : nothing}
${lead === undefined ? nothing : leadThread(context, lead)}
${rest.length === 0 ? nothing : html`<div class="grid second">${rest.slice(0, SECOND).map(thread => card(context, thread, 260))}</div>`}
${rest.length <= SECOND ? nothing : html`<div class="columned">${rest.slice(SECOND).map(thread => card(context, thread, 150))}</div>`}
${brief.length === 0 ? nothing : briefs(context, brief)}
${nothingHere ? nothing : html`<p class="note">${words.orderNote}</p>`}
${context.live ? agencyChoice(context, input) : nothing}`,
  })
}

function leadThread(context: PageContext, { thread, others }: FrontThread): Html {
  return html`<section class="lead">
<article ${speech(thread.lead.language)}>
<h2>${threadLink(context, thread)}</h2>
<p class="text">${excerpt(thread.lead.text, 420)}</p>
${weight(context, thread, true)}
</article>
${otherHeadlines(context, others)}
</section>`
}

function card(context: PageContext, { thread, others }: FrontThread, length: number): Html {
  return html`<article class="card" ${speech(thread.lead.language)}>
<h2>${threadLink(context, thread)}</h2>
<p class="text">${excerpt(thread.lead.text, length)}</p>
${weight(context, thread, false)}
${otherHeadlines(context, others.slice(0, 3))}
</article>`
}

// The lead's headline links to the thread, not to the story: the thread is the news, the story one account of it.
function threadLink(context: PageContext, thread: ThreadSummary): Html {
  return html`${label(context, signalOf(thread.lead), thread.lead.title)}<a href="${context.to(`/threads/${thread.id}`)}">${headline(context, thread.lead)}</a>`
}

function weight(context: PageContext, thread: ThreadSummary, full: boolean): Html {
  const { words } = context
  const parts = [
    html`<bdi class="by">${cleanLine(thread.lead.agencyName)}</bdi>`,
    words.count('agencies', thread.agencies.length),
    // Said only where it tells more: reprints make many agencies of one source.
    independentSources(thread) === thread.agencies.length ? null : words.count('sources', independentSources(thread)),
    words.count('stories', thread.stories),
    full && thread.reports > thread.stories ? words.count('reports', thread.reports) : null,
    full && thread.last - thread.first >= 60_000 ? words.spell('Over', thread.last - thread.first) : null,
    html`${words.latestAt} ${shortMoment(context, thread.last)}`,
  ].filter(part => part !== null)
  return html`<p class="meta">${own(context, html`${parts.map((part, index) => html`${index === 0 ? nothing : html`<span class="dot"></span>`}${part}`)}`)}</p>`
}

function otherHeadlines(context: PageContext, others: FrontThread['others']): Html {
  if (others.length === 0) return nothing
  return html`<ul class="others">${others.map(
    story => html`<li ${speech(story.language)}>${linkedHeadline(context, story)}
<p class="meta">${own(context, html`<bdi class="by">${cleanLine(story.agencyName)}</bdi><span class="dot"></span>${shortMoment(context, story.time)}`)}</p></li>`,
  )}</ul>`
}

function briefs(context: PageContext, threads: readonly ThreadSummary[]): Html {
  const { words } = context
  return html`<section class="part"><h2>${words.inBrief}</h2><p class="note">${words.inBriefNote}</p>
<ul class="columned brief">${threads.map(
    thread => html`<li ${speech(thread.lead.language)}>${threadLink(context, thread)}
<p class="meta">${own(context, html`<bdi class="by">${cleanLine(thread.lead.agencyName)}</bdi><span class="dot"></span>${shortMoment(context, thread.last)}`)}</p></li>`,
  )}</ul></section>`
}

function emptyState(context: PageContext, empty: boolean): Html {
  const { words } = context
  if (!empty) {
    return html`<section class="empty"><h2>${words.noMatch}</h2><p>${words.noMatchText}</p></section>`
  }
  return html`<section class="empty"><h2>${words.emptyTitle}</h2><p>${words.emptyText}</p>
${context.live ? html`<p><a class="go" href="${context.to('/feeds')}">${words.emptyLink}</a></p>` : nothing}</section>`
}

function languageChoice(context: PageContext, input: FrontInput): Html {
  const tags = new Set<string>()
  for (const agency of input.agencies) {
    const tag = languageTag(agency.language)
    if (tag !== null && agency.reports > 0) tags.add((tag.split('-')[0] ?? tag).toLowerCase())
  }
  if (tags.size < 2 && input.chosen.lang === undefined) return nothing
  const links = [...tags].sort().map(tag => {
    const name = html`<bdi ${speech(tag)}>${context.words.languageName(tag)}</bdi>`
    return choice(context, `?lang=${tag}`, name, input.chosen.lang?.toLowerCase() === tag)
  })
  return html`<nav class="filters" aria-label="${context.words.languages}">${everything(context, input)}${links}</nav>`
}

function agencyChoice(context: PageContext, input: FrontInput): Html {
  const agencies = input.agencies.filter(agency => agency.reports > 0)
  if (agencies.length < 2) return nothing
  return html`<nav class="part" aria-label="${context.words.agencies}"><h2>${context.words.agencies}</h2>
<div class="filters">${everything(context, input)}${agencies.map(agency =>
    choice(
      context,
      `?agency=${encodeURIComponent(agency.id)}`,
      html`<bdi>${cleanLine(agency.name)}</bdi>`,
      input.chosen.agency === agency.id,
    ),
  )}</div></nav>`
}

function everything(context: PageContext, input: FrontInput): Html {
  return choice(context, '', html`${context.words.all}`, input.query === '')
}

function choice(context: PageContext, query: string, name: Html, current: boolean): Html {
  return html`<a href="${context.to('/')}${query}"${current ? html` aria-current="true"` : nothing}>${name}</a>`
}
