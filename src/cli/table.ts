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

/** A column is cut to no fewer: with less room than that for each, rows are shown one column a line. */
const NARROWEST = 10

/**
 * Rows under a rule, in a terminal so many columns wide; null for no terminal, where nothing is cut. Numbers stand at the
 * right. Cells that run from right to left are isolated on a terminal, so that one that reorders keeps the columns in order.
 */
export function fitted(head: readonly string[], rows: readonly (readonly string[])[], width: number | null): string {
  const cells = [head, ...rows].map(row => row.map(oneLine))
  const natural = head.map((_, at) => cells.reduce((most, row) => Math.max(most, stringWidth(row[at] ?? '')), 1))
  const widths = width === null ? natural : shrunk(natural, width - 2 * (head.length - 1))
  if (widths === null) return stacked(cells, width ?? 80)
  const numeric = head.map(
    (_, at) => rows.length > 0 && rows.every(row => /^(?:-?[\d.]+(?:e[-+]?\d+)?|null)$/i.test(row[at] ?? '')),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => {
        const shown = cut(cell, widths[at] ?? 1)
        const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - stringWidth(shown)))
        const whole = width === null ? shown : isolated(shown)
        return numeric[at] ? room + whole : whole + room
      })
      .join('  ')
      .trimEnd()
  const [first = [], ...others] = cells
  return [line(first), widths.map(one => '─'.repeat(one)).join('  '), ...others.map(line)].join('\n')
}

/** Widths that fit into so many columns: the widest give way. Null where they would be narrower than is of use. */
function shrunk(natural: readonly number[], room: number): number[] | null {
  const least = natural.reduce((sum, width) => sum + Math.min(width, NARROWEST), 0)
  if (least > room) return null
  let [low, high] = [NARROWEST, Math.max(NARROWEST, ...natural)]
  const taken = (most: number): number => natural.reduce((sum, width) => sum + Math.min(width, most), 0)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (taken(middle) <= room) low = middle
    else high = middle - 1
  }
  return natural.map(width => Math.min(width, low))
}

/** Each row as lines of a column's name and its value. */
function stacked([head = [], ...rows]: readonly (readonly string[])[], width: number): string {
  const names = head.reduce((most, name) => Math.max(most, stringWidth(name)), 0)
  return rows
    .map(row =>
      row
        .map((cell, at) => {
          const name = head[at] ?? ''
          return `${name}${' '.repeat(names - stringWidth(name))}  ${isolated(cut(cell, Math.max(NARROWEST, width - names - 2)))}`
        })
        .join('\n'),
    )
    .join('\n\n')
}

const FROM_THE_RIGHT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** First strong isolate: the cell has a direction of its own. */
const isolated = (cell: string): string => (FROM_THE_RIGHT.test(cell) ? `\u2068${cell}\u2069` : cell)

function oneLine(text: string): string {
  return harmless(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')).trim()
}

function cut(text: string, widest: number): string {
  if (text.length <= widest && /^[\x20-\x7e]*$/.test(text)) return text
  if (stringWidth(text) <= widest) return text
  let kept = ''
  let width = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += stringWidth(segment)
    if (width >= widest) break
    kept += segment
  }
  return `${kept}…`
}
