// Bars on a terminal, and nothing elsewhere.
import { createRequire } from 'node:module'
import type { SingleBar } from 'cli-progress'

export interface Progress {
  /** So much is done, of the total. */
  reached(done: number): void
  /** One more is done. */
  step(): void
  /** Take the bar away. */
  end(): void
}

/** Loaded with the first bar: most commands draw none. */
const load = (): typeof import('cli-progress') =>
  createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress')

/** A bar for so much of something, drawn on standard error. */
export function progress(total: number, what = 'feeds'): Progress {
  if (!process.stderr.isTTY || total === 0) return { reached: () => {}, step: () => {}, end: () => {} }
  const bar: SingleBar = new (load().SingleBar)({
    format: `[{bar}] {value}/{total} ${what}`,
    barCompleteChar: '█',
    barIncompleteChar: '·',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
  })
  bar.start(total, 0)
  return {
    reached: done => bar.update(done),
    step: () => bar.increment(),
    end: () => bar.stop(),
  }
}
