// Why a feed is polled when it is, and how quiet it is: as values, and as the English sentences that the file, the views and the
// commands have. Pages read a sentence back, to say it in the words of their reader.
import type { Because, PollReason } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { counted, duration } from './say.ts'

/** `every 45 min: 3 of 20 entries were new; it writes about 2 an hour`. */
export function reasonSentence({ repeats, span, because }: PollReason): string {
  const parts = because.map((why, at) => `${at === 0 ? '' : CONTINUES.has(why.kind) ? ', ' : '; '}${clause(why)}`)
  return `${repeats ? 'every' : 'in'} ${duration(span)}: ${parts.join('')}`
}

/** What goes on the sentence before it, rather than beginning one. */
const CONTINUES: ReadonlySet<Because['kind']> = new Set(['hurried', 'short'])

const entries = (number: number): string => counted(number, 'entry', 'entries')

function clause(why: Because): string {
  switch (why.kind) {
    case 'fresh':
      return `${why.fresh} of ${entries(why.entries)} ${why.fresh === 1 ? 'was' : 'were'} new`
    case 'first':
      return `first poll, ${entries(why.entries)}`
    case 'stale':
      return `none of ${entries(why.entries)} was new`
    case 'hourly':
      return `it writes about ${why.entries} an hour`
    case 'daily':
      return `it writes about ${entries(why.entries)} a day`
    case 'window':
      return `it shows ${entries(why.entries)}, and none must be missed`
    case 'short':
      return `but it shows only ${entries(why.entries)}`
    case 'hint':
      return `the server asks for ${duration(why.span)}`
    case 'gap':
      return `nothing in common with the poll ${duration(why.span)} before, entries may have been missed`
    case 'failed':
      return why.polls === 1 ? 'the last poll failed' : `${why.polls} polls in a row failed`
    case 'pushed':
      return `the hub ${why.hub} pushes what is new`
    default:
      return PLAIN[why.kind]
  }
}

const PLAIN = {
  configured: 'set in the configuration',
  planned: 'at the times set in the configuration',
  unchanged: 'nothing had changed',
  empty: 'the feed is empty',
  little: 'it writes little at this time',
  most: 'it writes most at this time',
  hurried: 'sooner since polls came late',
  skipped: 'the feed names hours or days without news',
  retired: 'retired, the server says the feed is gone for good: looked at once a month',
  asked: 'the server asked to wait that long',
} as const

/** The values of a sentence; null for one that {@link reasonSentence} did not write. Spans are as they were rounded. */
export function readReason(sentence: string): PollReason | null {
  const found = /^(every|in) (\d+ (?:s|min|h|d)): (.+)$/.exec(sentence)
  if (found === null) return null
  const [, repeats, span = '', text = ''] = found
  const because = text.split(/; |, (?=sooner |but )/).map(readClause)
  return because.includes(null)
    ? null
    : { repeats: repeats === 'every', span: readSpan(span), because: because.filter(why => why !== null) }
}

const READERS: readonly [pattern: RegExp, read: (one: string, two: string) => Because][] = [
  [
    /^(\d+) of (\d+) (?:entry|entries) (?:was|were) new$/,
    (one, two) => ({ kind: 'fresh', fresh: +one, entries: +two }),
  ],
  [/^first poll, (\d+) \w+$/, one => ({ kind: 'first', entries: +one })],
  [/^none of (\d+) \w+ was new$/, one => ({ kind: 'stale', entries: +one })],
  [/^it writes about (\d+) an hour$/, one => ({ kind: 'hourly', entries: +one })],
  [/^it writes about (\d+) \w+ a day$/, one => ({ kind: 'daily', entries: +one })],
  [/^it shows (\d+) \w+, and none must be missed$/, one => ({ kind: 'window', entries: +one })],
  [/^but it shows only (\d+) \w+$/, one => ({ kind: 'short', entries: +one })],
  [/^the server asks for (\d+ \w+)$/, one => ({ kind: 'hint', span: readSpan(one) })],
  [/^nothing in common with the poll (\d+ \w+) before, /, one => ({ kind: 'gap', span: readSpan(one) })],
  [/^the last poll failed$/, () => ({ kind: 'failed', polls: 1 })],
  [/^(\d+) polls in a row failed$/, one => ({ kind: 'failed', polls: +one })],
  [/^the hub (\S+) pushes what is new$/, one => ({ kind: 'pushed', hub: one })],
]

function readClause(text: string): Because | null {
  for (const [pattern, read] of READERS) {
    const found = pattern.exec(text)
    if (found !== null) return read(found[1] ?? '', found[2] ?? '')
  }
  const [plain] = Object.entries(PLAIN).find(([, said]) => said === text) ?? []
  return plain === undefined ? null : { kind: plain as keyof typeof PLAIN }
}

const UNITS: Readonly<Record<string, Millis>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

function readSpan(text: string): Millis {
  const [number, unit = ''] = text.split(' ')
  return Number(number) * (UNITS[unit] ?? 0)
}

/** `quiet for 9 h: at this time it is seldom silent for longer than 2 h`. */
export function quietSentence(silent: Millis, usual: Millis): string {
  return `quiet for ${duration(silent)}: at this time it is seldom silent for longer than ${duration(usual)}`
}

/** How long a feed was silent and how long it is at most as a rule; null for any other sentence. */
export function readQuiet(sentence: string): { silent: Millis; usual: Millis } | null {
  const found = /^quiet for (\d+ \w+): at this time it is seldom silent for longer than (\d+ \w+)$/.exec(sentence)
  return found === null ? null : { silent: readSpan(found[1] ?? ''), usual: readSpan(found[2] ?? '') }
}
