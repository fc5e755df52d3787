// Moments as a page writes them. In UTC here; the script writes them anew in the reader's zone, by the same formats, with the
// whole moment in the title.
import type { Millis } from '../../../model/units.ts'
import { type Html, html, nothing } from '../../markup.ts'
import { within } from '../../words/index.ts'
import type { PageContext } from '../layout.ts'

type Format = 'ago' | 'clock' | 'short' | 'dated' | 'long'

export function iso(at: Millis): string {
  return new Date(within(at)).toISOString()
}

function time(at: Millis, format: Format, text: string): Html {
  return html`<time datetime="${iso(at)}" data-f="${format}">${text}</time>`
}

/** The moment in full. */
export function moment(context: PageContext, at: Millis): Html {
  return time(at, 'long', context.words.moment(at))
}

/** How long ago within a day, else day and hour, with the year where it is another. */
export function shortMoment(context: PageContext, at: Millis): Html {
  const { words } = context
  const ago = context.live ? words.ago(at, context.now) : null
  return ago === null ? dayMoment(context, at) : time(at, 'ago', ago)
}

/** Day and hour, with the year where it is another than that of the page. */
export function dayMoment(context: PageContext, at: Millis): Html {
  const { words } = context
  const sameYear = new Date(within(at)).getUTCFullYear() === new Date(within(context.now)).getUTCFullYear()
  return sameYear ? time(at, 'short', words.shortMoment(at)) : time(at, 'dated', words.datedMoment(at))
}

/** The hour alone, where the day is told before. */
export function clock(context: PageContext, at: Millis): Html {
  return time(at, 'clock', context.words.clock(at))
}

/** After how long, short; read from left to right in every surrounding but Arabic's. */
export function lag(context: PageContext, span: Millis): Html {
  return span < 60_000 ? nothing : html`<bdi>${context.words.after(span)}</bdi>`
}
