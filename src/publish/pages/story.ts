// Hides how one story is shown: its text, the copies of it, and what changed from revision to revision.
import type { ReportView, RevisionView, StoryDetail } from '../../model.ts'
import { differenceHtml } from './difference.ts'
import { cleanLine, type Html, html, nothing, paragraphs, sanitised, speech, webUrl } from './html.ts'
import { headline, iso, label, moment, own, type PageContext, page, shortMoment } from './layout.ts'

/** Copies and revisions shown on one page. */
const COPIES = 100
const REVISIONS = 40

export function storyHtml(context: PageContext, story: StoryDetail): string {
  const { words } = context
  const title = headline(context, story)
  const killed = story.signal === 'kill' || story.members.some(member => member.signal === 'kill')
  const url = webUrl(story.url)
  return page(context, {
    heading: title,
    section: null,
    feeds: [
      { path: `/threads/${story.thread}`, query: '', label: words.thisThreadFeed },
      { path: '/feed', query: '', label: words.storiesFeed },
    ],
    main: html`<p class="kicker">${words.thread}: <a href="${context.to(`/threads/${story.thread}`)}"><bdi>${cleanLine(story.threadTitle) || words.untitled}</bdi></a></p>
${killed ? html`<section class="withdrawn" role="note"><h2>${words.withdrawnTitle}</h2><p>${words.withdrawnText}</p></section>` : nothing}
<article class="article" ${speech(story.language)}>
<h1 class="headline">${label(context, story.signal, story.title)}${killed ? html`<span class="struck">${title}</span>` : title}</h1>
<p class="meta">${own(context, byline(context, story))}</p>
<div class="body">${body(context, story)}</div>
${url === null ? nothing : html`<p>${own(context, html`<a class="go" href="${url}" rel="noopener noreferrer">${words.original}</a>`)}</p>`}
</article>
${copies(context, story)}${revisions(context, story)}`,
  })
}

function byline(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const agency = context.to(`/agencies/${encodeURIComponent(story.agency)}`)
  const credits = story.credits
    .slice(0, 4)
    .map(name => html`<span class="dot"></span>${words.credits}: <bdi>${cleanLine(name)}</bdi>`)
  const authors = story.authors.slice(0, 4).map(name => html`<span class="dot"></span><bdi>${cleanLine(name)}</bdi>`)
  return html`<a href="${agency}"><bdi class="by">${cleanLine(story.agencyName)}</bdi></a>${authors}${credits}<span class="dot"></span>${moment(context, story.time)}`
}

function body(context: PageContext, story: StoryDetail): Html {
  const markup = [story.content, story.summary].find(candidate => candidate !== null && candidate.trim() !== '')
  if (markup !== undefined && markup !== null) return sanitised(markup)
  if (story.text.trim() !== '') return paragraphs(story.text)
  return html`<p class="note">${own(context, context.words.noText)}</p>`
}

function copies(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  if (story.members.length < 2) return nothing
  return html`<section class="part"><h2>${words.copies}</h2><p class="note">${words.copiesNote}</p><div class="scroll"><table class="stack">
<thead><tr><th scope="col">${words.agency}</th><th scope="col">${words.headline}</th><th scope="col">${words.time}</th><th scope="col">${words.why}</th></tr></thead>
<tbody>${story.members.slice(0, COPIES).map(member => {
    const url = webUrl(member.url)
    const title = headline(context, member)
    return html`<tr><th scope="row"><bdi>${cleanLine(member.agencyName)}</bdi></th>
<td ${speech(member.language)}>${label(context, member.signal, member.title)}${url === null ? title : html`<a class="go" href="${url}" rel="noopener noreferrer">${title}</a>`}</td>
<td class="nowrap">${shortMoment(context, member.time)}</td><td>${words.joinedBy[member.joinedBy]}</td></tr>\n`
  })}</tbody></table></div></section>`
}

function revisions(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const steps = story.members.flatMap(member => memberSteps(context, member)).slice(0, REVISIONS)
  if (steps.length === 0) return nothing
  return html`<section class="part"><h2>${words.revisions}</h2><p class="note">${words.revisionsNote}</p>${steps}</section>`
}

/** Each version against the one before it, newest first. */
function memberSteps(context: PageContext, member: ReportView): Html[] {
  const { words } = context
  const versions = allVersions(member)
  const steps: Html[] = []
  for (let index = 1; index < versions.length && steps.length < REVISIONS; index++) {
    const before = versions[versions.length - 1 - index]
    const after = versions[versions.length - index]
    if (before === undefined || after === undefined) continue
    steps.push(html`<div class="revision"><h3>${words.revision} ${words.number(after.number)}<span class="dot"></span><bdi>${cleanLine(member.agencyName)}</bdi></h3>
<p class="meta"><time datetime="${iso(after.seen)}">${words.moment(after.seen)}</time></p>
<div ${speech(member.language)}><p class="title">${differenceHtml(before.title, after.title)}</p>
<div class="words">${differenceHtml(before.text, after.text)}</div></div></div>\n`)
  }
  return steps
}

// The present text is the last version whether or not the store lists it among the revisions.
function allVersions(member: ReportView): RevisionView[] {
  const versions = [...member.revisions].sort((a, b) => a.number - b.number)
  const last = versions.at(-1)
  if (last !== undefined && (last.text !== member.text || last.title !== member.title)) {
    versions.push({ number: last.number + 1, seen: last.seen, title: member.title, text: member.text, change: null })
  }
  return versions
}
