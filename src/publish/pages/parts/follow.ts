// The menu that leads to the feeds of what is shown.
import { cleanLine } from '../../../language/markup.ts'
import { type Html, html, nothing } from '../../markup.ts'
import { type FeedLink, FORMATS, feedAddress, type PageContext } from '../layout.ts'
import { own } from './text.ts'

export function follow(context: PageContext, label: string, feed: FeedLink): Html {
  const { words } = context
  const address = (extension: string): string => feedAddress(context, feed, extension)
  return html`<details class="follow"${own(context)}><summary>${label}</summary><div><p class="facts"><bdi>${cleanLine(feed.label)}</bdi></p><ul>${FORMATS.map(
    format =>
      html`<li><a href="${address(format.extension)}" type="${format.type}">${format.name}</a>${
        context.live
          ? html`<button type="button" data-copy="${address(format.extension)}" hidden aria-label="${`${words.copyAddress} (${format.name})`}">${words.copyAddress}</button>`
          : nothing
      }</li>`,
  )}</ul></div></details>`
}
