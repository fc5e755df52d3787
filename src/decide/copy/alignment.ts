// How two texts are laid side by side: the longest unbroken runs of words they share, wherever each stands, and what is
// left between them. Runs and not a common subsequence: a copy is verbatim for long, a form shares its words in pieces;
// and a paragraph that moved is still the same paragraph.

/** Words of a run that count as shared: two words in a row are said by everyone. */
export const RUN_WORDS = 3

/** A stretch both texts have: `length` words from `left` in the one and from `right` in the other. */
export interface Run {
  left: number
  right: number
  length: number
}

/**
 * Where each run of three words begins in a text, so that it can be laid beside many others: a hash table with chains, in two
 * arrays of places + 1, 0 at the end of a chain.
 */
export interface Places {
  /** By the last bits of a run's hash: the first place. */
  readonly heads: Uint16Array
  /** By place: the next one of its chain. */
  readonly next: Uint16Array
}

/** Words are numbers here, the same number for the same word. A text has fewer than 2^16 of them. */
export function placesOf(words: ArrayLike<number>): Places {
  const count = Math.max(0, words.length - RUN_WORDS + 1)
  let room = 16
  while (room < 2 * count) room *= 2
  const heads = new Uint16Array(room)
  const next = new Uint16Array(count)
  for (let at = count - 1; at >= 0; at--) {
    const chain = hashAt(words, at) & (room - 1)
    next[at] = heads[chain] as number
    heads[chain] = at + 1
  }
  return { heads, next }
}

/** Two triples may share a chain: whoever looks up compares the words. */
function hashAt(words: ArrayLike<number>, at: number): number {
  const first = Math.imul(words[at] as number, 0x01000193) ^ (words[at + 1] as number)
  const hash = Math.imul(first, 0x85ebca6b) ^ (words[at + 2] as number)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 12
}

/**
 * The runs two texts share, longest first, no word of either in two of them. `places` are those of `left`. The lengths
 * are the same whichever text is called left.
 */
export function sharedRuns(left: ArrayLike<number>, right: ArrayLike<number>, places: Places): Run[] {
  const found: Run[] = []
  const { heads, next } = places
  for (let at = 0; at + RUN_WORDS <= right.length; at++) {
    const chain = hashAt(right, at) & (heads.length - 1)
    for (let place = heads[chain] as number; place > 0; place = next[place - 1] as number) {
      const start = place - 1
      // Inside a run that began earlier.
      if (start > 0 && at > 0 && left[start - 1] === right[at - 1]) continue
      let length = 0
      while (
        start + length < left.length &&
        at + length < right.length &&
        left[start + length] === right[at + length]
      ) {
        length++
      }
      if (length >= RUN_WORDS) found.push({ left: start, right: at, length })
    }
  }
  if (found.length < 2) return found
  found.sort(longestFirst)
  const leftTaken = new Uint8Array(left.length)
  const rightTaken = new Uint8Array(right.length)
  const out: Run[] = []
  for (const run of found) {
    // What a longer run took is cut off: the first stretch that is left counts.
    const taken = (offset: number) => leftTaken[run.left + offset] === 1 || rightTaken[run.right + offset] === 1
    let from = 0
    while (from < run.length && taken(from)) from++
    let to = from
    while (to < run.length && !taken(to)) to++
    if (to - from < RUN_WORDS) continue
    const part = { left: run.left + from, right: run.right + from, length: to - from }
    leftTaken.fill(1, part.left, part.left + part.length)
    rightTaken.fill(1, part.right, part.right + part.length)
    out.push(part)
  }
  return out
}

function longestFirst(a: Run, b: Run): number {
  return (
    b.length - a.length ||
    a.left + a.right - (b.left + b.right) ||
    Math.abs(a.left - a.right) - Math.abs(b.left - b.right) ||
    a.left - b.left
  )
}
