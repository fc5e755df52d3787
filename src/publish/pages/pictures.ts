// Pictures and films stand at the agencies: a page links to them and loads none.
import { cleanHtml } from '../../language/markup.ts'
import type { Enclosure } from '../../model/collected.ts'
import { type Html, html, nothing, webUrl } from '../markup.ts'
import type { Words } from '../words/index.ts'
import type { PageContext } from './layout.ts'
import { own } from './parts/text.ts'

const MEDIA = /<(img|video|audio|source|track)\b([^>]*)>|<\/(?:video|audio)>/gi
const SOURCE = /\bsrc="([^"]*)"/i
const PICTURES = 4

/** Sanitised markup in which each picture is a link to it. */
export function withoutPictures(markup: string, words: Words): string {
  return cleanHtml(markup).replace(MEDIA, (_whole, name: string | undefined, attributes: string | undefined) => {
    if (name === undefined || attributes === undefined || /^(?:source|track)$/i.test(name)) return ''
    const address = webUrl((SOURCE.exec(attributes)?.[1] ?? '').replaceAll('&amp;', '&'))
    return address === null ? '' : pictureLink(address, words).source
  })
}

/** Links to pictures that a feed gave beside the text. */
export function pictureHtml(context: PageContext, enclosures: readonly Enclosure[]): Html {
  const addresses = enclosures
    .filter(({ type }) => type?.startsWith('image/') === true)
    .map(({ url }) => webUrl(url))
    .filter(address => address !== null)
  if (addresses.length === 0) return nothing
  return html`<p class="facts"${own(context)}>${addresses.slice(0, PICTURES).map(address => html`${pictureLink(address, context.words)} `)}</p>`
}

function pictureLink(address: string, words: Words): Html {
  return html`<a class="go" href="${address}" rel="noopener noreferrer">${words.pictureAt(new URL(address).host)} ↗</a>`
}
