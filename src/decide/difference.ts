// Where two rows of words differ: the shortest way from one to the other (Myers 1986), given up where it would be long.

/** A place where words `from` to `to` of the old row were replaced by `youngFrom` to `youngTo` of the new one. */
export interface Change {
  from: number
  to: number
  youngFrom: number
  youngTo: number
}

/** Words out and in, together, beyond which the differing middle is called replaced whole. */
const LONGEST_WAY = 400

/** The places, in reading order; none where the rows are equal. Time and memory are bounded by `limit`, not by length. */
export function differences(old: readonly string[], young: readonly string[], limit = LONGEST_WAY): Change[] {
  let head = 0
  const shorter = Math.min(old.length, young.length)
  while (head < shorter && old[head] === young[head]) head++
  let tail = 0
  while (tail < shorter - head && old[old.length - 1 - tail] === young[young.length - 1 - tail]) tail++
  const rows = old.length - head - tail
  const columns = young.length - head - tail
  if (rows === 0 && columns === 0) return []
  const whole = [{ from: head, to: head + rows, youngFrom: head, youngTo: head + columns }]
  if (rows === 0 || columns === 0) return whole
  const steps = way(old, young, head, rows, columns, Math.min(limit, rows + columns))
  return steps === null ? whole : joined(steps)
}

interface Step {
  /** Where in the old and the new row; a word goes out where `out`, else one comes in. */
  at: number
  youngAt: number
  out: boolean
}

/** Single words out and in, in order; null where there are more than `limit`. */
function way(
  old: readonly string[],
  young: readonly string[],
  head: number,
  rows: number,
  columns: number,
  limit: number,
): Step[] | null {
  const middle = limit + 1
  const furthest = new Int32Array(2 * limit + 3)
  const reached: Int32Array[] = []
  for (let edits = 0; edits <= limit; edits++) {
    // What is looked at on the way back, and no more of it.
    reached.push(furthest.slice(middle - edits - 1, middle + edits + 2))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const below = furthest[middle + diagonal - 1] ?? 0
      const above = furthest[middle + diagonal + 1] ?? 0
      let row = diagonal === -edits || (diagonal !== edits && below < above) ? above : below + 1
      let column = row - diagonal
      while (row < rows && column < columns && column >= 0 && old[head + row] === young[head + column]) {
        row++
        column++
      }
      furthest[middle + diagonal] = row
      if (row >= rows && column >= columns) return back(reached, edits, rows, columns, head)
    }
  }
  return null
}

function back(reached: readonly Int32Array[], edits: number, rows: number, columns: number, head: number): Step[] {
  const steps: Step[] = []
  let row = rows
  let column = columns
  for (let left = edits; left > 0; left--) {
    const before = reached[left]
    const diagonal = row - column
    const at = (other: number): number => before?.[other + left + 1] ?? 0
    const came = diagonal === -left || (diagonal !== left && at(diagonal - 1) < at(diagonal + 1))
    const from = came ? diagonal + 1 : diagonal - 1
    row = at(from)
    column = row - from
    steps.push({ at: head + row, youngAt: head + column, out: !came })
  }
  return steps.reverse()
}

function joined(steps: readonly Step[]): Change[] {
  const out: Change[] = []
  for (const { at, youngAt, out: goes } of steps) {
    let last = out.at(-1)
    if (last === undefined || last.to !== at || last.youngTo !== youngAt) {
      last = { from: at, to: at, youngFrom: youngAt, youngTo: youngAt }
      out.push(last)
    }
    if (goes) last.to++
    else last.youngTo++
  }
  return out
}
