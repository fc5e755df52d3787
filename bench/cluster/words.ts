// Invented words: two texts that are not one share hardly any.

const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu za bren clor drim flas gront'.split(' ')
const VOCABULARY = 20_000

/** Numbers between 0 and 1, the same for the same seed. */
export function chosen(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function word(at: number): string {
  let left = at + SYLLABLES.length
  let spelled = ''
  while (left > 0) {
    spelled += SYLLABLES[left % SYLLABLES.length]
    left = Math.floor(left / SYLLABLES.length)
  }
  return spelled
}

export const words = (random: () => number, count: number): string[] =>
  Array.from({ length: count }, () => word(Math.floor(random() * VOCABULARY)))
