// The pages of agencies, and pages with a message.
import { cleanLine } from '../../language/markup.ts'
import { primaryLanguage, textDirection } from '../../language/tag.ts'
import type { AgencySummary, AgencyWork, StorySummary } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { ListedThread } from '../front-page.ts'
import { type Html, html, languageTag, nothing, webUrl } from '../markup.ts'
import { feedTable } from './feeds.ts'
import { storyItem } from './front.ts'
import { link, type PageContext, page } from './layout.ts'
import { follow } from './parts/follow.ts'
import { bars } from './parts/spark.ts'
import { factsLine, headed, headline, own, ownLanguage } from './parts/text.ts'
import { shortMoment } from './parts/time.ts'

/** Days that are looked back on. */
export const WORK_DAYS = 7

type Works = ReadonlyMap<string, AgencyWork>

export function agenciesHtml(context: PageContext, agencies: readonly AgencySummary[], works: Works): string {
  const { words } = context
  const feed = { path: '/feed', query: '', label: words.storiesFeed }
  const groups = [...Map.groupBy(agencies, ({ language }) => primaryLanguage(languageTag(language)))]
  const reports = (id: string): number => works.get(id)?.reports ?? 0
  const sum = (list: readonly AgencySummary[]): number => list.reduce((all, { id }) => all + reports(id), 0)
  groups.sort(([, a], [, b]) => sum(b) - sum(a) || b.length - a.length)
  const week = words.span(WORK_DAYS * DAY)
  return page(context, {
    heading: words.agencies,
    section: 'agencies',
    feeds: [feed],
    self: '/agencies',
    main: html`<div class="head"><h1 class="headline">${words.agencies}</h1>${follow(context, words.follow, feed)}</div>${groups.map(
      ([
        language,
        list,
      ]) => html`<section class="block"><h2 class="rule">${language === null ? '—' : words.languageName(language)}</h2><div class="scroll"><table class="stack wide-first">
<thead><tr><th scope="col">${words.agency}</th><th scope="col" class="number">${words.reportsIn(week)}</th><th scope="col" class="number">${words.firstIn}</th><th scope="col" class="number">${words.medianLag}</th><th scope="col" class="number">${words.ownCopy}</th><th scope="col">${words.lastReport}</th></tr></thead>
<tbody>${[...list].sort((a, b) => reports(b.id) - reports(a.id)).map(agency => row(context, agency, works.get(agency.id)))}</tbody></table></div></section>`,
    )}`,
  })
}

function row(context: PageContext, agency: AgencySummary, work: AgencyWork | undefined): Html {
  const { words } = context
  const [reports, led, lag, copy] = told(context, work)
  const cell = (label: string, value: Html | string): Html =>
    html`<td class="number" data-label="${label}">${value}</td>`
  return html`<tr><th scope="row"><a href="${link(context, `/agencies/${encodeURIComponent(agency.id)}`)}"><bdi>${cleanLine(agency.name)}</bdi></a></th>
${cell(words.reports, html`${bars(context, work?.days ?? [])} ${reports}`)}${cell(words.firstIn, led)}${cell(words.medianLag, lag)}${cell(words.ownCopy, copy)}
<td data-label="${words.lastReport}">${agency.last === null ? '—' : shortMoment(context, agency.last)}</td></tr>\n`
}

/** Reports, events it had first, its median lag, its own copy. */
function told({ words }: PageContext, work: AgencyWork | undefined): [string, string, string, string] {
  if (work === undefined) return ['—', '—', '—', '—']
  return [
    words.number(work.reports),
    work.events === 0 ? '—' : words.ofEvents(words.number(work.led), words.number(work.events)),
    work.lag === null ? '—' : words.after(work.lag),
    work.told === 0 ? '—' : words.percent(work.own / work.told),
  ]
}

export interface AgencyInput {
  agency: AgencySummary
  work: AgencyWork | undefined
  stories: readonly StorySummary[]
  /** Events that it reported before all others. */
  first: readonly ListedThread[]
  /** Events that no other reported. */
  alone: readonly ListedThread[]
  /** Events that others of its language have. */
  lacked: readonly ListedThread[]
  feeds: readonly FeedState[]
}

export function agencyHtml(context: PageContext, input: AgencyInput): string {
  const { words } = context
  const { agency, work, stories, feeds } = input
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
${factsLine(inside, facts)}</div>${follow(inside, words.follow, feed)}</div>${tiles(inside, work)}
<div class="split"><section><h2 class="rule"${own(inside)}>${words.latest}</h2>${stories.length === 0 ? html`<p class="note"${own(inside)}>${words.emptyTitle}</p>` : nothing}<ol class="short">${byDay(inside, stories)}</ol></section>
<aside>${eventsHtml(inside, words.hadFirst, input.first)}${eventsHtml(inside, words.hadAlone, input.alone)}${eventsHtml(inside, words.lacked, input.lacked)}</aside></div>
${context.live && feeds.length > 0 ? html`<section class="block"${own(inside)}><h2 class="rule">${words.feeds}</h2>${feedTable(context, feeds)}</section>` : nothing}`,
  })
}

function tiles(context: PageContext, work: AgencyWork | undefined): Html {
  const { words } = context
  if (work === undefined) return nothing
  const [reports, led, lag, copy] = told(context, work)
  const all = [
    [words.reportsIn(words.span(WORK_DAYS * DAY)), reports],
    [words.firstIn, led],
    [words.medianLag, lag],
    [words.ownCopy, copy],
  ] as const
  return html`<dl class="tiles"${ownLanguage(context)}>${all.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd class="figure"><bdi>${value}</bdi></dd></div>`,
  )}</dl>`
}

function eventsHtml(context: PageContext, heading: string, threads: readonly ListedThread[]): Html {
  if (threads.length === 0) return nothing
  const { words } = context
  return html`<section><h2 class="rule"${own(context)}>${heading}</h2><ul class="short">${threads.map(
    ({ thread, headline: shown }) =>
      html`<li>${headed(context, 'h3', shown, headline(context, shown), link(context, `/threads/${thread.id}`))}
${factsLine(context, [
  thread.agencies.length > 1 ? words.count('agencies', thread.agencies.length) : words.count('reports', thread.reports),
  shortMoment(context, thread.last),
])}</li>\n`,
  )}</ul></section>`
}

const DAY = 86_400_000

function byDay(context: PageContext, stories: readonly StorySummary[]): Html[] {
  let day = ''
  return stories.map(story => {
    const date = context.words.weekday(story.time)
    const heading = date === day ? nothing : html`<li class="day"${own(context)}>${date}</li>\n`
    day = date
    return html`${heading}${storyItem(context, story, true)}`
  })
}

/** A page that leads on to where a merged id lives now; for files, which cannot answer 308. */
export function movedHtml(context: PageContext, path: string, canonical: string): string {
  const target = context.to(path)
  return html`<!doctype html>
<html lang="${context.words.tag}" dir="${textDirection(context.words.tag)}">
<head><meta charset="utf-8"><title>${context.words.movedTitle}</title>
<meta http-equiv="refresh" content="0; url=${target}"><link rel="canonical" href="${canonical}"></head>
<body><p><a href="${target}">${context.words.movedTitle}</a></p></body>
</html>
`.source
}
