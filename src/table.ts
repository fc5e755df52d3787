// Tables and times for a person at a terminal: widths counted as a terminal counts them, right-to-left text left alone.
import stringWidth from 'string-width'
import { duration } from './decide/schedule.ts'
import type { Millis } from './model.ts'
import { harmless } from './terminal.ts'

/** Rows as aligned columns; the last column is not padded. Cells longer than `widest` are cut with an ellipsis. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], widest = 60): string {
  const cells = [head, ...rows].map(row =>
    row.map((cell, at) => (at === row.length - 1 ? oneLine(cell) : cut(oneLine(cell), widest))),
  )
  const widths = head.map((_, at) => Math.max(...cells.map(row => stringWidth(row[at] ?? ''))))
  return cells
    .map(row =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - stringWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function oneLine(text: string): string {
  return harmless(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')).trim()
}

function cut(text: string, widest: number): string {
  if (stringWidth(text) <= widest) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) >= widest) break
    kept += segment
  }
  return `${kept}…`
}

/** `2022-01-05 09:10` in UTC. */
export function stamp(time: Millis | null): string {
  return time === null ? '–' : new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

/** `5 min ago`, `in 2 h`. */
export function relative(time: Millis | null, now: Millis): string {
  if (time === null) return 'never'
  const distance = time - now
  if (Math.abs(distance) < 1_000) return 'now'
  return distance > 0 ? `in ${duration(distance)}` : `${duration(-distance)} ago`
}
