// The page of a story: withdrawal or correction first, then its text, whose copy it is, and its history.

import { cleanLine } from '../../language/markup.ts'
import type { StoryDetail } from '../../model/shown.ts'
import { type Html, html, nothing, paragraphs, sanitised, speech, webUrl } from '../markup.ts'
import { dotted, headline, label, moment, own, type PageContext, page, signalOf } from './layout.ts'
import { chainHtml, flashHtml, warningHtml } from './provenance.ts'
import { revisionsHtml } from './revisions.ts'

export function storyHtml(context: PageContext, story: StoryDetail): string {
  const { words } = context
  const title = headline(context, story)
  const url = webUrl(story.url)
  return page(context, {
    heading: title,
    section: null,
    feeds: [
      { path: `/threads/${story.thread}`, query: '', label: words.thisThreadFeed },
      { path: '/feed', query: '', label: words.storiesFeed },
    ],
    main: html`<p class="kicker">${words.thread}: <a href="${context.to(`/threads/${story.thread}`)}"><bdi>${cleanLine(story.threadTitle) || words.untitled}</bdi></a></p>
${warningHtml(context, story)}
<article class="article" ${speech(story.language)}>
<h1 class="headline">${label(context, signalOf(story), story.title)}${story.withdrawn ? html`<span class="struck">${title}</span>` : title}</h1>
<p class="meta">${own(context, byline(context, story))}</p>
<div class="body">${body(context, story)}</div>
${url === null ? nothing : html`<p>${own(context, html`<a class="go" href="${url}" rel="noopener noreferrer">${words.original}</a>`)}</p>`}
</article>
${flashHtml(context, story)}${chainHtml(context, story)}${revisionsHtml(context, story)}`,
  })
}

function byline(context: PageContext, story: StoryDetail): Html {
  const { words } = context
  const agency = context.to(`/agencies/${encodeURIComponent(story.agency)}`)
  const facts: Html[] = [html`<a href="${agency}"><bdi class="by">${cleanLine(story.agencyName)}</bdi></a>`]
  for (const name of story.authors.slice(0, 4)) facts.push(html`<bdi>${cleanLine(name)}</bdi>`)
  const origin = story.origin?.name
  if (origin !== undefined && story.origin?.agency !== story.agency)
    facts.push(html`${words.origin}: <bdi class="by">${cleanLine(origin)}</bdi>`)
  for (const name of story.credits.filter(credit => credit !== origin).slice(0, 4)) {
    facts.push(html`${words.credits}: <bdi>${cleanLine(name)}</bdi>`)
  }
  if (origin !== undefined && story.members.length > 1) facts.push(html`${words.count('sources', story.sources)}`)
  facts.push(moment(context, story.time))
  return dotted(facts)
}

function body(context: PageContext, story: StoryDetail): Html {
  const markup = [story.content, story.summary].find(candidate => candidate !== null && candidate.trim() !== '')
  if (markup !== undefined && markup !== null) return sanitised(markup)
  if (story.text.trim() !== '') return paragraphs(story.text)
  return html`<p class="note">${own(context, context.words.noText)}</p>`
}
