// The page of an event: its headline, who had it when, the numbers, and how it developed. Of an event with one story, that story's
// text.
import { cleanLine } from '../../language/markup.ts'
import { primaryLanguage } from '../../language/tag.ts'
import type { Agency } from '../../model/config.ts'
import type { Headline, StorySummary, ThreadDetail, ThreadLink, ThreadOutline } from '../../model/shown.ts'
import { type FigureSeries, figureSeries } from '../figures.ts'
import { threadHeadline } from '../headline.ts'
import { ownAgency } from '../hotness.ts'
import { excerpt, type Html, html, languageTag, nothing, paragraphs, sanitised } from '../markup.ts'
import { link, type PageContext, page } from './layout.ts'
import { follow } from './parts/follow.ts'
import { independence, strip } from './parts/independence.ts'
import { whoHadItWhen } from './parts/lanes.ts'
import { by, chip, factsLine, headed, headline, names, own, signalOf, spoken } from './parts/text.ts'
import { tilesHtml } from './parts/tiles.ts'
import { clock, dayMoment, shortMoment } from './parts/time.ts'
import { withoutPictures } from './pictures.ts'
import { tollHtml } from './toll.ts'

/** Stories shown on one page; a longer event says that it is cut. */
const SHOWN = 300
/** Of them, those that are not folded. */
const OPEN = 40
const LINKS = 8
/** Characters of a story's text where it is shown. */
const EXCERPT = 260

/** An agency whose feeds are polled. */
export type Polled = Pick<Agency, 'id' | 'name' | 'language'>

/** `agencies` are all that are polled: who of them has not reported it is part of what an event tells. */
export function threadHtml(
  context: PageContext,
  thread: ThreadDetail,
  agencies: readonly Polled[],
  oldestFirst = false,
): string {
  const { words } = context
  const language = languageTag(thread.language ?? thread.lead.language)
  const inside = { ...context, inside: language }
  const outline = outlineOf(thread)
  const figures = figureSeries(thread.figures, thread.timeline)
  const shown = threadHeadline(outline, figures, language) ?? threadHeadline(outline, figures, null)
  const lead = thread.timeline.find(story => story.id === shown?.id) ?? thread.lead
  const title = headline(context, lead)
  const feed = { path: `/threads/${thread.id}`, query: '', label: words.thisThreadFeed }
  return page(context, {
    heading: title,
    section: null,
    feeds: [feed, { path: '/feed', query: '', label: words.storiesFeed }],
    language,
    thread: thread.id,
    self: `/threads/${thread.id}`,
    main: html`<div class="head"><div><h1 class="headline">${chip(inside, signalOf(lead))}${lead.withdrawn ? html`<span class="struck">${title}</span>` : title}</h1>
${strip(inside, thread.agencies, true)}
${factsLine(inside, [
  thread.agencies.length > 1 ? independence(inside, thread, outline) : null,
  words.count('reports', thread.reports),
  html`${words.latestAt} ${shortMoment(context, thread.last)}`,
])}</div>${follow(inside, words.followEvent, feed)}</div>
${lead.withdrawn ? html`<section class="warning withdrawn" role="note"${own(inside)}><h2>${words.withdrawnTitle}</h2><p>${words.withdrawnText}</p></section>` : nothing}
${tilesHtml(inside, figures)}
<div class="split">
<div>${thread.timeline.length === 1 ? onlyStory(inside, lead) : development(inside, thread, figures, oldestFirst)}</div>
<aside>${whoHadItWhen(inside, thread, silent(thread, agencies))}${tollHtml(inside, figures)}${otherLanguages(inside, thread, language)}${storylines(inside, thread.links)}</aside>
</div>`,
  })
}

/** What lists say of an event, of all its stories. */
function outlineOf(thread: ThreadDetail): ThreadOutline {
  const headlines = thread.timeline.toReversed().map((story): Headline => {
    const { id, language, agency, agencyName, signal, withdrawn, origin, time } = story
    const title = story.headline === '' ? story.title : story.headline
    return { id, title, language, agency, agencyName, signal, withdrawn, origin, time, agencies: story.agencies.length }
  })
  const own = thread.timeline.flatMap(story => ownAgency(story) ?? [])
  return { headlines, figures: thread.figures, pulse: [], own: [...new Set(own)] }
}

/** Of an event with one story there is no course: its text stands here. */
function onlyStory(context: PageContext, story: StorySummary): Html {
  const { words } = context
  const markup = [story.content, story.summary].find(candidate => candidate !== null && candidate.trim() !== '')
  const text = markup ? sanitised(withoutPictures(markup, words)) : paragraphs(story.text)
  return html`<div class="body"${spoken(context, story.language)}>${story.withdrawn ? nothing : text}</div>
${factsLine(context, [html`<a class="go" href="${link(context, `/stories/${story.id}`)}">${words.whoseText}, ${words.revisions}</a>`])}`
}

function development(
  context: PageContext,
  thread: ThreadDetail,
  figures: readonly FigureSeries[],
  oldestFirst: boolean,
): Html {
  const { words } = context
  const all = developments(context, thread, figures, oldestFirst)
  const folded = words.count(oldestFirst ? 'later' : 'earlier', all.length - OPEN)
  return html`<section><div class="rule"${own(context)}><h2>${words.asItDeveloped}</h2>${context.live ? order(context, thread, oldestFirst) : nothing}</div>
${thread.timeline.length > SHOWN ? html`<p class="note"${own(context)}>${words.cut(words.number(SHOWN), words.number(thread.timeline.length))}</p>` : nothing}
<ol>${all.slice(0, OPEN)}</ol>${all.length <= OPEN ? nothing : html`<details><summary${own(context)}>${folded}</summary><ol>${all.slice(OPEN)}</ol></details>`}</section>`
}

/** The link to the other order. */
function order(context: PageContext, thread: ThreadDetail, oldestFirst: boolean): Html {
  const { words } = context
  const href = link(context, `/threads/${thread.id}`, oldestFirst ? '' : 'order=oldest')
  return html`<a class="go facts" href="${href}">${oldestFirst ? words.newestFirst : words.oldestFirst}</a>`
}

function developments(
  context: PageContext,
  thread: ThreadDetail,
  figures: readonly FigureSeries[],
  oldestFirst: boolean,
): Html[] {
  const [first, last] = [thread.timeline[0], thread.timeline.at(-1)]
  const shown = thread.timeline.slice(-SHOWN)
  let day = ''
  return (oldestFirst ? shown : shown.toReversed()).map(story => {
    const date = context.words.weekday(story.time)
    const heading = date === day ? nothing : html`<li class="day"${own(context)}>${date}</li>\n`
    day = date
    const grave = story.signal === 'correction'
    const told = !story.withdrawn && (story === first || story === last || grave)
    return html`${heading}${entry(context, story, { first: story.id === first?.id, told, figures })}`
  })
}

interface Telling {
  first: boolean
  /** With the beginning of its text. */
  told: boolean
  figures: readonly FigureSeries[]
}

function entry(context: PageContext, story: StorySummary, { first, told, figures }: Telling): Html {
  const { words } = context
  const { origin } = story
  const others = story.agencies.filter(part => part.id !== story.agency).map(part => part.name)
  const tolls = figures.flatMap(of =>
    of.points.filter(point => point.story === story.id).map(point => words.count(of.kind, point.value)),
  )
  const facts: (Html | string | null)[] = [
    by(story.agencyName),
    tolls.length === 0 ? null : html`<span class="stated">${tolls.slice(0, 3).join(' · ')}</span>`,
    first ? words.firstReport : null,
    origin !== null && origin.agency !== story.agency
      ? html`${words.origin}${words.colon}<bdi>${cleanLine(origin.name)}</bdi>`
      : null,
    ...story.credits
      .filter(name => name !== origin?.name)
      .slice(0, 4)
      .map(credit => html`${words.credits}${words.colon}<bdi>${cleanLine(credit)}</bdi>`),
    story.revisions > 1 ? words.count('revisions', story.revisions) : null,
    others.length === 0
      ? null
      : html`${words.count('reprints', others.length)}${words.colon}${names(context, others.slice(0, 4))}`,
  ]
  const fixed = story.withdrawn || story.signal === 'correction'
  return html`<li class="dev" data-t="${story.time}"${fixed ? html` data-story="${story.id}" data-fixed="${story.updated}"` : nothing}><p class="facts"${own(context)}>${clock(context, story.time)}</p>
<article>${headed(context, 'h3', story, headline(context, story), link(context, `/stories/${story.id}`))}
${factsLine(context, facts)}
${story.withdrawn ? html`<p class="note"${own(context)}>${words.withdrawnText}</p>` : nothing}${told ? html`<p class="text"${spoken(context, story.language)}>${excerpt(story.text, EXCERPT)}</p>` : nothing}</article></li>\n`
}

/** The headline in each language but the event's own, so that each reader finds a way in. */
function otherLanguages(context: PageContext, thread: ThreadDetail, mine: string | null): Html {
  const { words } = context
  const groups = Map.groupBy(
    thread.timeline.filter(story => !story.withdrawn),
    story => primaryLanguage(languageTag(story.language)),
  )
  const rows = [...groups]
    .filter(([language]) => language !== null && language !== primaryLanguage(mine))
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([language, stories]) => {
      const best = stories.reduce((most, story) =>
        story.agencies.length > most.agencies.length || (most.signal === 'flash' && story.signal !== 'flash')
          ? story
          : most,
      )
      return html`<li>${headed(context, 'h3', best, headline(context, best), link(context, `/stories/${best.id}`))}
${factsLine(context, [html`<bdi>${words.languageName(language ?? '')}</bdi>`, words.count('reports', stories.length)])}</li>\n`
    })
  if (rows.length === 0) return nothing
  return html`<section><h2 class="rule"${own(context)}>${words.inOtherLanguages}</h2><ul class="short">${rows}</ul></section>`
}

function storylines(context: PageContext, links: readonly ThreadLink[]): Html {
  const { words } = context
  const kinds = [
    ['before', words.before],
    ['beside', words.beside],
  ] as const
  return html`${kinds.map(([kind, name]) => {
    const list = links.filter(one => one.kind === kind).slice(0, LINKS)
    if (list.length === 0) return nothing
    return html`<section><h2 class="rule"${own(context)}>${name}</h2><ul class="short">${list.map(
      one => html`<li><h3${spoken(context, one.language)}><a href="${link(context, `/threads/${one.id}`)}">${cleanLine(one.title) || words.untitled}</a></h3>
${factsLine(context, [dayMoment(context, one.first)])}</li>\n`,
    )}</ul></section>`
  })}`
}

/**
 * Polled agencies without a report in the event, of its languages; those whose copy others reprint here have told it.
 */
export function silent(thread: Pick<ThreadDetail, 'agencies' | 'timeline'>, agencies: readonly Polled[]): Polled[] {
  const languages = new Set(thread.timeline.map(story => primaryLanguage(story.language)))
  const told = new Set([
    ...thread.agencies.map(part => part.id),
    ...thread.timeline.flatMap(story => story.origin?.agency ?? []),
  ])
  return agencies.filter(agency => !told.has(agency.id) && languages.has(primaryLanguage(agency.language)))
}
