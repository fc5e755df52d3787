// Chance that can be had again: the same seed gives the same numbers, and prose made of them.

/** Numbers from 0 up to 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const PARTS = 'ba ke lo mi nu ra se to vi zo da fe gi hu ja ku le mo na pi'.split(' ')

/** Words that no language has, `length` of them, out of a vocabulary of four thousand. */
export function prose(next: () => number, length: number): string {
  const part = (): string => PARTS[Math.floor(next() * PARTS.length)] ?? ''
  return Array.from({ length }, () => `${part()}${part()}${part().slice(0, 1)}`).join(' ')
}
