// The page of a thread. The newest story comes first; the first report is marked, and a table lists the agencies by their first
// report.

import { cleanLine } from '../../language/markup.ts'
import type { Agency } from '../../model/config.ts'
import type { StorySummary, ThreadDetail, ThreadLink } from '../../model/shown.ts'
import { figureSeries } from '../figures.ts'
import { independentSources } from '../hotness.ts'
import { excerpt, type Html, html, languageTag, nothing, speech } from '../markup.ts'
import {
  alsoCarriedBy,
  dotted,
  headline,
  iso,
  linkedHeadline,
  names,
  own,
  type PageContext,
  page,
  shortMoment,
  span,
} from './layout.ts'
import { tollHtml } from './toll.ts'

/** Stories shown on one page; a longer thread says that it is cut. */
const SHOWN = 300
const LINKS = 8
/** Agencies named that have not reported it. */
const NAMED = 12

/** An agency whose feeds are polled. */
export type Polled = Pick<Agency, 'id' | 'name' | 'language'>

/** `agencies` are all that are polled: who of them has not reported it is part of what a thread tells. */
export function threadHtml(context: PageContext, thread: ThreadDetail, agencies: readonly Polled[]): string {
  const { words } = context
  const title = headline(context, thread.title === '' ? thread.lead : thread)
  const counts = [
    words.count('sources', independentSources(thread)),
    words.count('agencies', thread.agencies.length),
    words.count('stories', thread.stories),
    words.count('reports', thread.reports),
  ]
  return page(context, {
    heading: title,
    section: null,
    feeds: [
      { path: `/threads/${thread.id}`, query: '', label: words.thisThreadFeed },
      { path: '/feed', query: '', label: words.storiesFeed },
    ],
    main: html`<p class="kicker">${dotted([words.thread, ...counts])}</p>
<h1 class="headline" ${speech(thread.language ?? thread.lead.language)}>${title}</h1>
<p class="meta">${span(context, thread.first, thread.last)}</p>
${leadHtml(context, thread.lead)}
${otherLanguages(context, thread)}
<div class="columns">
<section class="part"><h2>${words.timeline}</h2>
${thread.timeline.length > SHOWN ? html`<p class="note">${words.cut(words.number(SHOWN), words.number(thread.timeline.length))}</p>` : nothing}
<ol class="timeline">${timeline(context, thread)}</ol></section>
<aside>${tollHtml(context, figureSeries(thread.figures, thread.timeline))}${whoReported(context, thread, agencies)}${storylines(context, thread.links)}</aside>
</div>`,
  })
}

/** The story that speaks for the thread, begun. */
function leadHtml(context: PageContext, lead: StorySummary): Html {
  if (lead.withdrawn || lead.text.trim() === '') return nothing
  const facts = [
    html`<a class="go" href="${context.to(`/stories/${lead.id}`)}">${context.words.lead}</a>`,
    html`<bdi class="by">${cleanLine(lead.agencyName)}</bdi>`,
    shortMoment(context, lead.time),
  ]
  return html`<div class="opening" ${speech(lead.language)}><p>${excerpt(lead.text, 420)}</p><p class="meta">${own(context, dotted(facts))}</p></div>`
}

/** The headline that most agencies carry in each language but the thread's own, so that each reader finds a way in. */
function otherLanguages(context: PageContext, thread: ThreadDetail): Html {
  const { words } = context
  const groups = Map.groupBy(
    thread.timeline.filter(story => !story.withdrawn),
    story => primary(story.language),
  )
  const mine = primary(thread.language ?? thread.lead.language)
  const rows = [...groups]
    .filter(([language]) => language !== null && language !== mine)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([language, stories]) => {
      const best = stories.reduce((most, story) =>
        story.agencies.length > most.agencies.length || (most.signal === 'flash' && story.signal !== 'flash')
          ? story
          : most,
      )
      return html`<li ${speech(best.language)}>${linkedHeadline(context, best)}
<p class="meta">${own(context, dotted([html`<bdi>${words.languageName(language ?? '')}</bdi>`, words.count('stories', stories.length)]))}</p></li>\n`
    })
  if (rows.length === 0) return nothing
  return html`<section class="tongues"><h2>${words.inOtherLanguages}</h2><ul>${rows}</ul></section>`
}

function primary(language: string | null): string | null {
  return languageTag(language)?.split('-')[0]?.toLowerCase() ?? null
}

function storylines(context: PageContext, links: readonly ThreadLink[]): Html {
  const { words } = context
  if (links.length === 0) return nothing
  const kinds = [
    ['before', words.before],
    ['beside', words.beside],
  ] as const
  return html`<section class="part"><h2>${words.storylines}</h2>${kinds.map(([kind, name]) => {
    const list = links.filter(link => link.kind === kind).slice(0, LINKS)
    if (list.length === 0) return nothing
    return html`<h3 class="small">${name}</h3><ul class="brief">${list.map(
      link => html`<li ${speech(link.language)}><a href="${context.to(`/threads/${link.id}`)}">${cleanLine(link.title) || words.untitled}</a>
<p class="meta">${own(context, html`<time datetime="${iso(link.first)}">${words.shortMoment(link.first)}</time>`)}</p></li>\n`,
    )}</ul>`
  })}</section>`
}

function timeline(context: PageContext, thread: ThreadDetail): Html[] {
  const first = thread.timeline[0]
  let day = ''
  return thread.timeline
    .slice(-SHOWN)
    .toReversed()
    .map(story => {
      const date = iso(story.time).slice(0, 10)
      const heading = date === day ? nothing : html`<li class="date">${context.words.day(story.time)}</li>\n`
      day = date
      return html`${heading}${entry(context, story, story.id === first?.id)}`
    })
}

function entry(context: PageContext, story: StorySummary, first: boolean): Html {
  const { words } = context
  const facts: Html[] = [html`<bdi class="by">${cleanLine(story.agencyName)}</bdi>`]
  if (first) facts.push(html`${words.firstReport}`)
  const { origin } = story
  if (origin !== null && origin.agency !== story.agency) {
    facts.push(html`${words.origin}: <bdi>${cleanLine(origin.name)}</bdi>`)
  }
  for (const credit of story.credits.filter(name => name !== origin?.name).slice(0, 4))
    facts.push(html`${words.credits}: <bdi>${cleanLine(credit)}</bdi>`)
  if (story.revisions > 1) facts.push(html`${words.count('revisions', story.revisions)}`)
  const text = story.withdrawn ? words.withdrawnText : excerpt(story.text, 240)
  return html`<li><time datetime="${iso(story.time)}" title="${words.moment(story.time)} UTC">${words.clock(story.time)}</time>
<article ${speech(story.language)}><h3>${linkedHeadline(context, story)}</h3>
<p class="meta">${own(context, dotted(facts))}</p>
<p class="text">${story.withdrawn ? own(context, text) : text}</p>
${alsoCarriedBy(context, story)}</article></li>\n`
}

function whoReported(context: PageContext, thread: ThreadDetail, agencies: readonly Polled[]): Html {
  const { words } = context
  const parts = [...thread.agencies].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))
  const start = parts[0]?.first ?? thread.first
  const missing = silent(thread, agencies)
  const more = missing.length > NAMED ? ` ${words.count('others', missing.length - NAMED)}` : ''
  const named = missing.slice(0, NAMED).map(agency => agency.name)
  return html`<section class="part"><h2>${words.whoReported}</h2><div class="scroll"><table>
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.firstReport}</th><th scope="col">${words.behind}</th></tr></thead>
<tbody>${parts.map(
    (
      part,
      index,
    ) => html`<tr><th scope="row"><a href="${context.to(`/agencies/${encodeURIComponent(part.id)}`)}"><bdi>${cleanLine(part.name)}</bdi></a>
<div class="note">${words.count('reports', part.reports)}</div></th>
<td><time datetime="${iso(part.first)}">${words.shortMoment(part.first)}</time></td><td>${index === 0 ? words.first : words.spell('After', part.first - start)}</td></tr>\n`,
  )}</tbody></table></div>
${missing.length === 0 ? nothing : html`<p class="note">${words.notReported}: ${names(context, named)}${more}.</p>`}</section>`
}

/**
 * Polled agencies without a report in the thread, of its languages; those whose copy others reprint here have
 * told it.
 */
export function silent(thread: Pick<ThreadDetail, 'agencies' | 'timeline'>, agencies: readonly Polled[]): Polled[] {
  const languages = new Set(thread.timeline.map(story => primary(story.language)))
  const told = new Set([
    ...thread.agencies.map(part => part.id),
    ...thread.timeline.flatMap(story => story.origin?.agency ?? []),
  ])
  return agencies.filter(agency => !told.has(agency.id) && languages.has(primary(agency.language)))
}
