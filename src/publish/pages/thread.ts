// Hides how a thread is told: newest story first, so that a returning reader starts where the news is; the first
// report is marked, and a table beside it says who came when.
import type { Millis, StorySummary, ThreadDetail } from '../../model.ts'
import { cleanLine, excerpt, type Html, html, nothing, speech } from './html.ts'
import { alsoCarriedBy, headline, iso, linkedHeadline, own, type PageContext, page, span } from './layout.ts'

/** Stories shown on one page; a longer thread says that it is cut. */
const SHOWN = 300
const FIGURES_SHOWN = 60

export function threadHtml(context: PageContext, thread: ThreadDetail): string {
  const { words } = context
  const title = headline(context, thread.title === '' ? thread.lead : thread)
  const counts = [
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
    main: html`<p class="kicker">${words.thread}<span class="dot"></span>${counts.map((count, index) => html`${index === 0 ? nothing : html`<span class="dot"></span>`}${count}`)}</p>
<h1 class="headline" ${speech(thread.language ?? thread.lead.language)}>${title}</h1>
<p class="meta">${span(context, thread.first, thread.last)}</p>
<div class="columns">
<section class="part"><h2>${words.timeline}</h2>
${thread.timeline.length > SHOWN ? html`<p class="note">${words.cut(words.number(SHOWN), words.number(thread.timeline.length))}</p>` : nothing}
<ol class="timeline">${timeline(context, thread)}</ol></section>
<aside>${agencies(context, thread)}${figures(context, thread)}</aside>
</div>`,
  })
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
  for (const credit of story.credits.slice(0, 4)) facts.push(html`${words.credits}: <bdi>${cleanLine(credit)}</bdi>`)
  if (story.revisions > 1) facts.push(html`${words.count('revisions', story.revisions)}`)
  const text = story.signal === 'kill' ? words.withdrawnText : excerpt(story.text, 240)
  return html`<li><time datetime="${iso(story.time)}" title="${words.moment(story.time)} UTC">${words.clock(story.time)}</time>
<article ${speech(story.language)}><h3>${linkedHeadline(context, story)}</h3>
<p class="meta">${own(context, html`${facts.map((fact, index) => html`${index === 0 ? nothing : html`<span class="dot"></span>`}${fact}`)}`)}</p>
<p class="text">${story.signal === 'kill' ? own(context, text) : text}</p>
${alsoCarriedBy(context, story)}</article></li>\n`
}

function agencies(context: PageContext, thread: ThreadDetail): Html {
  const { words } = context
  const parts = [...thread.agencies].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))
  const start = parts[0]?.first ?? thread.first
  return html`<section class="part"><h2>${words.whoReported}</h2><div class="scroll"><table>
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.firstReport}</th><th scope="col">${words.behind}</th></tr></thead>
<tbody>${parts.map(
    (
      part,
      index,
    ) => html`<tr><th scope="row"><a href="${context.to(`/agencies/${encodeURIComponent(part.id)}`)}"><bdi>${cleanLine(part.name)}</bdi></a>
<div class="note">${words.count('reports', part.reports)}</div></th>
<td><time datetime="${iso(part.first)}">${words.shortMoment(part.first)}</time></td><td>${index === 0 ? words.first : behind(context, part.first - start)}</td></tr>\n`,
  )}</tbody></table></div></section>`
}

function behind(context: PageContext, milliseconds: Millis): string {
  const { words } = context
  const minutes = Math.round(milliseconds / 60_000)
  return minutes < 120 ? words.count('minutes', minutes) : words.count('hours', Math.round(minutes / 60))
}

function figures(context: PageContext, thread: ThreadDetail): Html {
  const { words } = context
  if (thread.figures.length === 0) return nothing
  const rows = thread.figures.slice(-FIGURES_SHOWN)
  return html`<section class="part"><h2>${words.figures}</h2><p class="note">${words.figuresNote}</p><div class="scroll"><table>
<thead><tr><th scope="col">${words.figure}</th><th scope="col" class="number">${words.value}</th><th scope="col">${words.agency}</th><th scope="col">${words.time}</th></tr></thead>
<tbody>${rows.map(
    row => html`<tr><td>${words.figureKind[row.kind]}</td>
<td class="number"><a href="${context.to(`/stories/${row.story}`)}" title="${row.matched}">${words.number(row.value)}</a></td>
<td><bdi>${cleanLine(row.agencyName)}</bdi></td>
<td><time datetime="${iso(row.time)}">${words.shortMoment(row.time)}</time></td></tr>\n`,
  )}</tbody></table></div></section>`
}
