// Tables for a person at a terminal: widths counted as a terminal counts them, right-to-left text left alone.
import stringWidth from 'string-width'
import { harmless } from '../language/printable.ts'

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
