// The phrases that a language of the pages has to supply.
import type { Figure, RevisionClass, Signal } from '../../model/decided.ts'
import type { ReportView } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { TakenPoint } from '../figures.ts'

/** Plural forms (CLDR categories); `#` stands for the number. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

export type Counted =
  | 'agencies'
  | 'stories'
  | 'reports'
  | 'revisions'
  | 'feeds'
  | 'threads'
  | 'minutes'
  | 'hours'
  | 'days'
  | 'failures'
  | 'sources'
  | 'cosmetics'
  | 'unkept'
  | 'wordsIn'
  | 'wordsOut'
  | 'others'
  | Spell

/** Spans of time in the grammar of their place: `20 minutes later`, `over 3 days`. */
type Spell = `${'minutes' | 'hours' | 'days'}${'After' | 'Over'}`

export interface Vocabulary {
  frontPage: string
  agencies: string
  agency: string
  feeds: string
  reports: string
  search: string
  subscribe: string
  skip: string
  sections: string
  storiesFeed: string
  threadsFeed: string
  thisThreadFeed: string
  quoted: (text: string) => string
  atLeast: (count: string) => string
  utc: string
  madeBy: string
  languages: string
  all: string
  latestAt: string
  inBrief: string
  inBriefNote: string
  orderNote: string
  nothingSince: (when: string) => string
  emptyTitle: string
  emptyText: string
  emptyLink: string
  noMatch: string
  noMatchText: string
  thread: string
  timeline: string
  whoReported: string
  firstReport: string
  notReported: string
  lead: string
  inOtherLanguages: string
  storylines: string
  before: string
  beside: string
  behind: string
  first: string
  alsoCarriedBy: string
  figures: string
  figuresNote: string
  figure: string
  /** A number that is no fall of the toll before it. */
  anotherCount: string
  value: string
  said: string
  chart: (kind: string, first: string, last: string) => string
  differ: string
  takenBack: string
  bound: (bound: NonNullable<Figure['bound']>, value: string) => string
  time: string
  original: string
  credits: string
  origin: string
  originCopy: string
  copies: string
  copiesNote: string
  coverage: string
  flashed: (when: string, after: string) => string
  stillWithdrawn: string
  stillUncorrected: string
  why: string
  revisions: string
  revisionsNote: string
  revision: string
  headline: string
  noText: string
  withdrawnTitle: string
  withdrawnText: string
  correctedTitle: string
  correctedText: string
  untitled: string
  cut: (shown: string, all: string) => string
  searchFor: string
  searchHint: string
  results: (words: string) => string
  language: string
  lastReport: string
  homepage: string
  latest: string
  state: string
  lastSuccess: string
  nextPoll: string
  never: string
  warnings: string
  retired: string
  notFoundTitle: string
  notFoundText: string
  movedTitle: string
  badTitle: string
  backHome: string
  signal: Record<Signal, string>
  /** How a headline of this language that bears the marker itself begins, in lower case. */
  marked: Record<Signal, readonly string[]>
  figureKind: Record<Figure['kind'], string>
  feedState: Record<FeedState['state'], string>
  joinedBy: Record<ReportView['joinedBy'], string>
  change: Record<RevisionClass, string>
  taken: Record<TakenPoint['why'], string>
  counted: Record<Counted, Forms>
}
