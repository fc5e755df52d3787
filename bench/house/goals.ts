// What each figure of bench/house.ts was, must be and should be, and how it is printed beside what was measured.
import { median, printTable, rounded } from '../helpers.ts'

interface Goal {
  figure: string
  /** Before the rebuilding of November 2026, on the machine of docs/benchmarks.md. */
  before: string
  atLeast: number
  aim: number
  /** Whether more is better. */
  more: boolean
}

const goal = (figure: string, before: string, atLeast: number, aim: number, more = false): Goal => ({
  figure,
  before,
  atLeast,
  aim,
  more,
})

export const GOALS = {
  firstOne: goal("first poll, one core: entries/s, of the limit's", '.078', 0.33, 0.6, true),
  firstTwo: goal("first poll, two cores: entries/s, of the limit's on one", '.08', 0.6, 1, true),
  unchanged: goal("unchanged poll, one core: the limit's time / ours", '.27', 0.6, 0.9, true),
  tenth: goal("a tenth with 3 new entries each: our time / the limit's", '8.7', 4, 1.5),
  memory: goal('first poll, most PSS, MB', '617', 320, 200),
  idle: goal('idle daemon, 55 feeds, PSS, MB', '229', 130, 90),
  file: goal('file a report, KB', '10.8', 7, 5),
  served: goal('pages and feeds during the first poll, 50 connections, p99 ms', '–', 100, 30),
  stopAtStart: goal('longest stop of the main thread at a start, ms', 'seconds', 50, 20),
  stopFiling: goal('longest stop of the main thread while filing, ms', 'seconds', 50, 20),
  statementsUnchanged: goal('statements, document of 30 unchanged entries', '127', 5, 5),
  statementsNew: goal('statements, document with one new entry', '43', 15, 15),
  archive: goal('a filing at the largest archive, of one at the smallest', '.96', 1.3, 1.1),
  feed200: goal('combined feed 200: requests/s, of bare node:http', '–', 0.8, 0.95, true),
  feed304: goal('combined feed 304: requests/s, of bare node:http', '–', 0.8, 0.95, true),
  front200: goal('front page 200: requests/s, of bare node:http', '–', 0.5, 0.8, true),
  front304: goal('front page 304: requests/s, of bare node:http', '–', 0.5, 0.8, true),
  parse: goal('parse, bytes to sanitised entries, MB/s', '11.4', 20, 30, true),
} as const

export interface Measured {
  goal: keyof typeof GOALS
  /** One a round; their median is judged. */
  rounds: number[]
  /** What it was measured on, and what else is worth knowing. */
  note: string
}

/** The median of the rounds, and whether it reaches what is asked for. */
export function judge({ goal, rounds }: Measured): { median: number; verdict: 'aim' | 'reached' | 'missed' } {
  const { atLeast, aim, more } = GOALS[goal]
  const value = median(rounds)
  const reaches = (bound: number): boolean => (more ? value >= bound : value <= bound)
  return { median: value, verdict: reaches(aim) ? 'aim' : reaches(atLeast) ? 'reached' : 'missed' }
}

export function printGoals(measured: readonly Measured[]): void {
  printTable(
    ['figure', 'before', 'rounds', 'median', 'asked', 'aim', ''],
    measured.map(one => {
      const { figure, before, atLeast, aim, more } = GOALS[one.goal]
      const { median, verdict } = judge(one)
      const digits = median < 10 ? 3 : 1
      const bound = (value: number): string => `${more ? '≥' : '≤'} ${value}`
      const rounds = one.rounds.map(value => rounded(value, digits)).join(' ')
      return [figure, before, rounds, rounded(median, digits), bound(atLeast), bound(aim), verdict]
    }),
  )
  for (const { goal, note } of measured) process.stdout.write(`  ${GOALS[goal].figure}: ${note}\n`)
}
