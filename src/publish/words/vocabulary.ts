// The phrases that a language of the pages has to supply.
import type { Figure, RevisionClass, Signal } from '../../model/decided.ts'
import type { PolledPart, ReportView } from '../../model/shown.ts'
import type { FeedState } from '../../model/stored.ts'
import type { TakenPoint } from '../figures.ts'
import type { QueryFault } from '../query.ts'

/** Plural forms (CLDR categories); `#` stands for the number. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }

export type Counted =
  | 'agencies'
  | 'stories'
  | 'reports'
  | 'revisions'
  | 'feeds'
  | 'entries'
  | 'events'
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
  | 'reprints'
  | 'earlier'
  | 'later'
  | 'answered'
  | 'noneAnswers'
  | 'good'
  | 'silent'
  | 'failing'
  | 'fresh'
  | 'paused'
  | 'retired'
  | Figure['kind']
  | Spell

/** Spans of time in the grammar of their place: `20 minutes later`. */
type Spell = `${'minutes' | 'hours' | 'days'}After`

export interface Vocabulary {
  // The frame of every page.
  purpose: string
  events: string
  event: string
  agencies: string
  agency: string
  feeds: string
  reports: string
  search: string
  skip: string
  sections: string
  follow: string
  followEvent: string
  followSearch: string
  copyAddress: string
  copied: string
  subscribe: string
  storiesFeed: string
  threadsFeed: string
  thisThreadFeed: string
  quoted: (text: string) => string
  /** The signs with the space around them. */
  colon: string
  semicolon: string
  atLeast: (count: string) => string
  timesIn: (zone: string) => string
  madeBy: string
  pageLanguage: string
  newsLanguages: string
  all: string
  orderNote: string
  keys: string
  // The line below the masthead.
  within: (events: string, span: string) => string
  allAnswering: (feeds: string) => string
  someFailing: (feeds: string, failing: string) => string
  notLiveSince: (when: string) => string
  show: string
  correctedSinceRead: string
  sinceLastVisit: (events: string) => string
  arrived: (events: string) => string
  // Lists of events.
  latestAt: string
  independent: (sources: string, own: string, all: string) => string
  firstValue: (value: string) => string
  justIn: string
  correctedAndWithdrawn: string
  oneAgencyOnly: string
  moreEvents: string
  newerEvents: string
  alsoIn: string
  nothingSince: (when: string) => string
  nothingIn: (language: string, span: string) => string
  emptyTitle: string
  emptyText: (feeds: string, answered: string) => string
  allFailText: string
  emptyLink: string
  /** While no host at all can be reached. */
  noNetwork: string
  /** While the last try at a backup failed. */
  backupFailed: string
  noMatch: string
  noMatchText: string
  // An event.
  asItDeveloped: string
  newestFirst: string
  oldestFirst: string
  whoHadItWhen: string
  firstReport: string
  notReported: string
  inOtherLanguages: string
  storylines: string
  before: string
  beside: string
  behind: string
  first: string
  figures: string
  figuresNote: string
  allNumbers: string
  firstWas: (value: string) => string
  /** A number that is no fall of the toll before it. */
  anotherCount: string
  value: string
  said: string
  chart: (kind: string, first: string, last: string) => string
  differ: string
  bound: (bound: NonNullable<Figure['bound']>, value: string) => string
  time: string
  cut: (shown: string, all: string) => string
  // A story.
  readAt: (agency: string) => string
  /** Of a report whose page at the agency is known to be gone. */
  goneFrom: (agency: string) => string
  pictureAt: (host: string) => string
  credits: string
  origin: string
  originCopy: string
  whoseText: string
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
  pageText: string
  noText: string
  withdrawnTitle: string
  withdrawnText: string
  correctedTitle: string
  correctedText: string
  untitled: string
  // Search.
  searchFor: string
  searchHint: string
  results: (words: string) => string
  found: (reports: string, events: string) => string
  language: string
  when: string
  lastDay: string
  lastWeek: string
  anyTime: string
  corrections: string
  remove: (filter: string) => string
  noOperator: (name: string) => string
  nothingFound: (words: string) => string
  without: (filter: string) => string
  // Agencies.
  reportsIn: (span: string) => string
  firstIn: string
  ofEvents: (led: string, events: string) => string
  medianLag: string
  ownCopy: string
  hadFirst: string
  hadAlone: string
  lacked: string
  lastDayPolls: string
  lastReport: string
  homepage: string
  latest: string
  // Feeds.
  state: string
  lastSuccess: string
  nextPoll: string
  never: string
  warnings: string
  retired: string
  trouble: string
  gaps: string
  /** A feed that is silent for longer than usual. */
  silent: string
  silentFeeds: string
  feed: string
  groupBy: string
  host: string
  /** Of the address of a feed. */
  address: string
  movedTo: string
  /** Of a feed: what it calls itself. */
  ownTitle: string
  latestPolls: string
  outcome: string
  duration: string
  pollOutcome: Record<PolledPart, string>
  newEntries: string
  lastPoll: string
  // Messages.
  notFoundTitle: string
  notFoundText: string
  /** Of what was deleted because of its age. */
  goneTitle: string
  goneText: string
  movedTitle: string
  badTitle: string
  backHome: string
  didYouMean: readonly [before: string, after: string]
  allAgencies: string
  fault: (fault: QueryFault) => string
  // Classes.
  signal: Record<Signal, string>
  /** How a headline of this language that bears the marker itself begins, in lower case. */
  marked: Record<Signal, readonly string[]>
  figureKind: Record<Figure['kind'], string>
  feedState: Record<FeedState['state'], string>
  joinedBy: Record<ReportView['joinedBy'], string>
  change: Record<RevisionClass, string>
  taken: Record<TakenPoint['why'], string>
  /** After how long: `+26 min`; with `#` for the number. */
  lag: { minutes: string; hours: string; days: string }
  /** What its readers call Coordinated Universal Time. */
  utc: string
  counted: Record<Counted, Forms>
}
