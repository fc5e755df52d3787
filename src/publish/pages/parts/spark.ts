// The course of an event: reports in equal parts of the window, in the direction of the page.
import { Html, nothing } from '../../markup.ts'
import { type PageContext, pageDirection } from '../layout.ts'

const WIDTH = 104
const HEIGHT = 28

/** Bars of equal width, the newest at the end of the line; it says nothing that the facts do not. */
export function spark(context: PageContext, pulse: readonly number[]): Html {
  const most = Math.max(0, ...pulse)
  if (most === 0) return nothing
  const step = WIDTH / pulse.length
  const backwards = pageDirection(context.language) === 'rtl'
  const bars = pulse.map((reports, at) => {
    if (reports === 0) return ''
    const x = Math.round((backwards ? pulse.length - at - 0.5 : at + 0.5) * step * 10) / 10
    return `M${x} ${HEIGHT - 1}v-${Math.max(3, Math.round((reports / most) * (HEIGHT - 3)))}`
  })
  return new Html(
    `<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><path class="ground" d="M0 ${HEIGHT - 0.5}H${WIDTH}"/><path d="${bars.join('')}"/></svg>`,
  )
}

/** The same, as small as a word. */
export function bars(context: PageContext, counts: readonly number[]): Html {
  const most = Math.max(0, ...counts)
  if (most === 0) return nothing
  const backwards = pageDirection(context.language) === 'rtl'
  const marks = counts.map((count, at) => {
    if (count === 0) return ''
    return `M${((backwards ? counts.length - 1 - at : at) + 0.5) * 6} 16v-${Math.max(2, Math.round((count / most) * 16))}`
  })
  return new Html(
    `<svg class="bars" width="${counts.length * 6}" height="16" aria-hidden="true"><path d="${marks.join('')}"/></svg>`,
  )
}
