// The page of a story: withdrawal or correction first, then its text, whose copy it is, and its history.
import { cleanLine } from '../../language/markup.ts'
import type { StoryDetail } from '../../model/shown.ts'
import { type Html, html, languageTag, nothing, paragraphs, sanitised, webUrl } from '../markup.ts'
import { link, type PageContext, page } from './layout.ts'
import { follow } from './parts/follow.ts'
import { by, chip, factsLine, headline, own, signalOf } from './parts/text.ts'
import { moment } from './parts/time.ts'
import { pictureHtml, withoutPictures } from './pictures.ts'
import { chainHtml, flashHtml, isGone, warningHtml } from './provenance.ts'
import { revisionsHtml } from './revisions.ts'

export function storyHtml(context: PageContext, story: StoryDetail): string {
  const { words } = context
  const language = languageTag(story.language)
  const inside = { ...context, inside: language }
  const title = headline(context, story)
  const url = webUrl(story.url)
  const feed = { path: `/threads/${story.thread}`, query: '', label: words.thisThreadFeed }
  const chain = chainHtml(inside, story)
  return page(context, {
    heading: title,
    section: null,
    feeds: [feed, { path: '/feed', query: '', label: words.storiesFeed }],
    language,
    story: story.id,
    self: `/stories/${story.id}`,
    main: html`<div class="head">${kicker(inside, story, title)}${follow(inside, words.followEvent, feed)}</div>
${warningHtml(inside, story)}
<div class="split"><article>
<h1 class="headline">${chip(inside, signalOf(story))}${story.withdrawn ? html`<span class="struck">${title}</span>` : title}</h1>
${factsLine(inside, byline(inside, story))}
<div class="body">${body(inside, story)}</div>
${url === null ? nothing : html`<p class="more"${own(inside)}>${original(inside, story, url)}</p>`}${pictureHtml(inside, story.enclosures)}
</article>
<aside>${flashHtml(inside, story)}${chain}</aside></div>
${revisionsHtml(inside, story)}`,
  })
}

/** The link to the text at its agency; where that is known to be gone, a word about it. */
function original({ words }: PageContext, story: StoryDetail, url: string): Html {
  const agency = cleanLine(story.agencyName)
  if (story.members.some(member => member.url === story.url && isGone(member))) return html`${words.goneFrom(agency)}`
  return html`<a class="go" href="${url}" rel="noopener noreferrer">${words.readAt(agency)} ↗</a>`
}

/** The event it belongs to, struck through where the withdrawn story itself names it. */
function kicker(context: PageContext, story: StoryDetail, title: string): Html {
  const { words } = context
  const name = cleanLine(story.threadTitle) || words.untitled
  const isStruck = story.withdrawn && name === title
  return html`<p class="kicker"${own(context)}>${words.event}${words.colon}<a class="go" href="${link(context, `/threads/${story.thread}`)}"><bdi${isStruck ? html` class="struck"` : nothing}>${name}</bdi></a></p>`
}

function byline(context: PageContext, story: StoryDetail): Html[] {
  const { words } = context
  const agency = link(context, `/agencies/${encodeURIComponent(story.agency)}`)
  const facts: Html[] = [html`<a href="${agency}">${by(story.agencyName)}</a>`]
  for (const name of story.authors.slice(0, 4)) facts.push(html`<bdi>${cleanLine(name)}</bdi>`)
  const origin = story.origin?.name
  if (origin !== undefined && story.origin?.agency !== story.agency)
    facts.push(html`${words.origin}${words.colon}${by(origin)}`)
  for (const name of story.credits.filter(credit => credit !== origin).slice(0, 4)) {
    facts.push(html`${words.credits}${words.colon}<bdi>${cleanLine(name)}</bdi>`)
  }
  if (origin !== undefined && story.members.length > 1) facts.push(html`${words.count('sources', story.sources)}`)
  facts.push(moment(context, story.time))
  return facts
}

function body(context: PageContext, story: StoryDetail): Html {
  if (story.pageText !== null) {
    return html`${paragraphs(story.pageText)}<p class="note"${own(context)}>${context.words.pageText}</p>`
  }
  const markup = [story.content, story.summary].find(candidate => candidate !== null && candidate.trim() !== '')
  if (markup !== undefined && markup !== null) return sanitised(withoutPictures(markup, context.words))
  if (story.text.trim() !== '') return paragraphs(story.text)
  return html`<p class="note"${own(context)}>${context.words.noText}</p>`
}
