// The domain types every room shares. No code: a type here is a promise between rooms, not behaviour.

/** A moment: milliseconds since 1970-01-01 UTC. */
export type Millis = number

export type FeedFormat = 'rss' | 'atom' | 'rdf' | 'json'

/** One value or the reason there is none. Expected failures travel as values; only broken invariants throw. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; reason: string }

// ── configuration ───────────────────────────────────────────────────────────────────────────────────────────────────

/** What the configuration tells feed servers and nobody else. */
export interface Secret {
  /** What stands for it where it would be shown: the variable as written, `${NAME}`, or `***`. */
  shown: string
  value: string
  /** Never met by chance, so that it may be taken out of entries too. */
  rare: boolean
}

/** One polled URL of an agency, as the configuration names it. */
export interface FeedSpec {
  /** What the feed is known by: its address without a login, variables as written (`${NAME}`). May be no URL for that. */
  url: string
  /** The address to ask, where it is another: with login and values. Shown and stored nowhere. */
  target?: string
  /** Addresses that an earlier version or an earlier text of the configuration may have it on file under. */
  formerly?: readonly string[]
  secrets?: readonly Secret[]
  /** What the user calls it, where the agency's name does not say it. */
  title?: string
  category: string | null
  /** BCP 47; the agency's language when the feed names none. */
  language: string | null
  /** Fixed time between polls in milliseconds; null lets Minwal learn it. */
  every: Millis | null
  /** Cron expression of the times it is polled at; null lets Minwal learn them. */
  schedule?: string | null
  headers: Readonly<Record<string, string>>
  identity: 'guid' | 'url' | 'title'
  allowPrivate: boolean
  paused: boolean
}

/** An organisation that reports. */
export interface Agency {
  /** Short and stable: `reuters`. */
  id: string
  name: string
  /** Names it goes by in credits and datelines, in any script. */
  aliases: readonly string[]
  language: string | null
  homepage: string | null
  feeds: readonly FeedSpec[]
}

export interface PollSettings {
  /** node-cron expression: how often to look for due feeds. */
  tick: string
  /** Feeds fetched at once, over all hosts. */
  concurrency: number
  /** Feeds fetched at once from one host. */
  perHost: number
  /** Time between two starts at one host; none at loopback hosts. */
  hostDelay: Millis
  /** Shortest and longest time between two polls of a feed. */
  minInterval: Millis
  maxInterval: Millis
  /** Time for connecting, for the first byte, and for the whole poll of one feed. */
  connectTimeout: Millis
  responseTimeout: Millis
  totalTimeout: Millis
  /** Largest body as it comes over the wire, and after decompression, in bytes. */
  maxWireBytes: number
  maxBodyBytes: number
  maxRedirects: number
  /** Entries taken from one document; the newest are kept and a warning is shown. */
  maxEntries: number
  userAgent: string
  /** Hosts that are never asked for anything, with their subdomains: names as a URL spells them. */
  exclude: readonly string[]
  /** Subscribe at the WebSub hubs that feeds name, where `link` is public. */
  websub: boolean
  /** Each feed may lie at a loopback or private address: its own host and port are open to it, as with its `allowPrivate`. */
  allowPrivate: boolean
}

export interface ThreadSettings {
  /** Cosine a story needs with a thread to join it, 0 to 1. */
  threshold: number
  /** How long after its last story a thread can still be joined. */
  window: Millis
  /** What gives texts vectors; null where nothing does. */
  encoder?: EncoderSettings | null
}

/** A program of the user's, with its arguments, or a model on the user's disk. */
export type EncoderSettings = readonly string[] | LocalModel

export interface LocalModel {
  /** Absolute path of a folder with a sentence model, as @huggingface/transformers reads it. */
  model: string
  /** How the vectors of a text's tokens become one: their mean, or the first one. */
  pooling: 'mean' | 'cls'
  /** Put before each text, for models that were trained so. */
  prefix: string
}

export interface PublishSettings {
  /** Entries in a feed when the request names no limit. */
  limit: number
  /** How far back the front page looks. */
  frontPage: Millis
}

export interface Config {
  title: string
  /** Public address without a trailing slash: the base of feed URLs and tag ids. */
  link: string
  /** Nobody set `link`: it was made of `listen`. */
  linkIsDefault: boolean
  language: string
  /** Absolute path of the SQLite file. */
  database: string
  listen: { host: string; port: number }
  poll: PollSettings
  threads: ThreadSettings
  publish: PublishSettings
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' }
  agencies: readonly Agency[]
  /** Mode of the database file; null for the default of a new file. */
  databaseMode?: number | null
  /** Beside those of feeds. */
  secrets?: readonly Secret[]
}

// ── collecting ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Enclosure {
  url: string
  type: string | null
  /** Bytes. */
  length: number | null
}

/** What one feed document says of one piece of news. Bounded and sanitised, but otherwise unproven. */
export interface Entry {
  /** guid, atom:id or rdf:about, as written. */
  id: string | null
  /** Absolute http(s) address. */
  url: string | null
  /** Plain text. */
  title: string
  /** Sanitised HTML. */
  summary: string | null
  /** Sanitised HTML. */
  content: string | null
  published: Millis | null
  updated: Millis | null
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  /** BCP 47. */
  language: string | null
  /** Name in RSS `<source>`, Atom `<source><title>` or `dc:source`: where the entry says it comes from. */
  source: string | null
}

/** Hours of the day and weekdays (0 is Sunday), in UTC, in which a feed says it does not change (RSS 2.0). */
export interface Skip {
  hours: readonly number[]
  days: readonly number[]
}

/** An entry as parsing leaves it. */
export interface ParsedEntry extends Entry {
  /** Plain text of `content`, or of `summary` where that says more. */
  text: string
}

export interface ParsedFeed {
  format: FeedFormat
  version: string | null
  title: string | null
  link: string | null
  language: string | null
  /** Server's wish for time between polls (RSS ttl, sy:updatePeriod), if it states one. */
  ttl: Millis | null
  /** When it says that polling it is of no use; null where it says nothing. */
  skip: Skip | null
  /** The WebSub hub it names, and the address it gives itself: what a subscription is asked of, and for. */
  hub: string | null
  self: string | null
  entries: ParsedEntry[]
  /** What was repaired, cut or left out, in sentences a user can read. */
  warnings: string[]
}

export type FailureKind =
  | 'address' // refused by the guard, or no http(s) URL
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'http' // an error status
  | 'gone' // 410
  | 'throttled' // 429, or 503 with Retry-After
  | 'redirect'
  | 'size'
  | 'encoding'
  | 'protocol'
  | 'document' // fetched, but no feed

export interface Failure {
  kind: FailureKind
  /** One line that names what failed and why. */
  message: string
  status: number | null
  /** When the server asks us to come back, if it does. */
  retryAt: Millis | null
}

/** Validators and hints a response carried, kept as received. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

/** What is missing of a body that was larger than the limit on its size. */
export interface Gap {
  /** Bytes of the body in front of the gap; those behind it are the end of the document. */
  at: number
  /** Bytes of the whole body, or read of it until it was given up. */
  total: number
  /** Whether the body was read to its end; else nothing stands behind the gap. */
  ended: boolean
  /** The limit. */
  setting: 'poll.maxBodyBytes' | 'poll.maxWireBytes'
}

export type FetchResult =
  | {
      kind: 'body'
      status: number
      /** Address that answered, after redirects. */
      url: string
      /** The same, when every redirect on the way said that it is permanent (301, 308); else null. */
      movedTo: string | null
      body: Uint8Array
      /** What is missing of it; null where it is whole. */
      gap: Gap | null
      /** Of the body: the same bytes have the same, and others never. */
      hash: string
      /** It came from an address that is not public, or from a file: nothing of it is quoted where it is no feed. */
      isPrivate: boolean
      contentType: string | null
      /** As the header says. */
      contentLanguage?: string | null
      validators: Validators
      /** From `Link` headers: see `ParsedFeed`. */
      hub: string | null
      self: string | null
      /** Freshness from Cache-Control max-age or Expires. */
      maxAge: Millis | null
      /** From Retry-After, which may come with any answer. */
      retryAt: Millis | null
      wireBytes: number
      ms: number
    }
  | {
      kind: 'unchanged'
      status: number
      movedTo: string | null
      maxAge: Millis | null
      retryAt: Millis | null
      ms: number
    }
  | { kind: 'failed'; failure: Failure; ms: number }

// ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The opening «PLACE (AGENCY) —» of a report. */
export interface Dateline {
  place: string | null
  /** Agency id where an alias is known, else the words as written. */
  agency: string | null
  /** The characters taken off. */
  matched: string
}

/** The agency a text says it comes from. */
export interface Credit {
  /** Agency id where an alias is known, else null. */
  agency: string | null
  name: string
  where: 'dateline' | 'title' | 'opening' | 'closing' | 'author' | 'source'
}

/** A number a report gives for something that later reports change. */
export interface Figure {
  kind: 'killed' | 'injured' | 'missing' | 'arrested' | 'displaced'
  value: number
  /** The characters it was read from. */
  matched: string
  /** What the text says of its exactness: "at least 18", "about", "up to"; null where it gives the number plainly. */
  bound: 'at least' | 'about' | 'up to' | null
  /** Who said so in the same sentence, as written, at most 80 characters; null where the text does not say plainly. */
  said: string | null
}

/**
 * What the desk or the site put around a report: taken off for comparing, kept to be shown. `matched` is as written, at
 * most 200 characters.
 */
export interface Furniture {
  kind: 'slug' | 'part' | 'advisory' | 'embargo' | 'dateline' | 'credit' | 'byline' | 'tail' | 'end'
  matched: string
  where: 'title' | 'opening' | 'closing' | 'author' | 'source'
}

/** Place of a report in a run of continuations: «إضافة أولى», `(2/3)`. */
export interface Continuation {
  /** From 1. */
  number: number
  /** How many there are; null where it is not said. */
  of: number | null
}

/** What the desk's own markers say a report is. */
export type Signal = 'flash' | 'update' | 'correction' | 'kill'

/** Wire furniture, told apart from the text it surrounds. */
export interface WireReading {
  /** Headline without slugs and credits. */
  title: string
  /** Text without dateline, credit and "related articles" tail: what is compared. */
  body: string
  dateline: Dateline | null
  credits: Credit[]
  signal: Signal | null
  figures: Figure[]
  /** What was taken off title and text, and the credits in the feed's own fields, in that order; at most 24. */
  furniture: Furniture[]
  part: Continuation | null
  /** Before this moment the desk asks not to publish. */
  embargo: Millis | null
}

/** An accepted entry: one agency's account as one feed carried it. Identity is feed + guid. */
export interface Report {
  feed: number
  agency: string
  guid: string
  /** The guid in a form that is unique over all feeds; null where it is not (`12345`). */
  globalGuid: string | null
  url: string | null
  canonicalUrl: string | null
  title: string
  /** Sanitised HTML. */
  summary: string | null
  /** Sanitised HTML. */
  content: string | null
  /** Plain text of content, or of the summary where that is all there is. */
  text: string
  language: string | null
  /** As claimed by the feed. */
  published: Millis | null
  updated: Millis | null
  firstSeen: Millis
  /** What ordering and threading use: the claimed time, unless it lies in the future or is absent. */
  time: Millis
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  wire: WireReading
  /** Until when the desk asks to withhold it; null where it does not, or where that moment is past. */
  embargo: Millis | null
  /** Hash of all that a revision would change. */
  hash: string
}

/** What a poll does with an entry. */
export type FilingKind = 'new' | 'revision' | 'copy' | 'unchanged' | 'rejected'

/** Why a report was put with a story: `flash` where it tells in full what a one-liner of that story announced. */
export type CopyRule = 'guid' | 'url' | 'text' | 'flash' | 'editor'

/**
 * What a changed text is. `cosmetic`: spelling, punctuation, layout, credits; `update`: it says more or other things;
 * `correction`: the desk says that it was wrong; `kill`: it was withdrawn.
 */
export type RevisionClass = 'cosmetic' | 'update' | 'correction' | 'kill'

/** How threading placed a story. */
export interface Placement {
  kind: 'opened' | 'joined'
  /** Thread joined; null for one that is to be opened. */
  thread: number | null
  /** Likeness to the thread, 0 to 1; 0 when no thread shared a term. */
  score: number
  /** Terms that spoke loudest, at most five: a word's stem, `@KZ` a country, `#748` a number, `~tkf` a name by its sound. */
  reasons: string[]
  /** The part each reason has in the likeness. */
  weights?: number[]
  /** What the score had to reach. */
  threshold?: number
  /** The next best thread. */
  runnerUp?: { thread: number; score: number } | null
}

export interface PollCounts {
  entries: number
  new: number
  revision: number
  copy: number
  unchanged: number
  rejected: number
}

/** One visit to one feed, as it ended. */
export interface PollOutcome {
  feed: number
  url: string
  at: Millis
  ms: number
  status: 'filed' | 'unchanged' | 'failed'
  counts: PollCounts
  warnings: string[]
  failure: Failure | null
  nextPoll: Millis
  reason: string
  /** Entries published between these moments may have been missed. */
  gap: { from: Millis; to: Millis } | null
}

// ── what the store gives to publishing and to commands ──────────────────────────────────────────────────────────────

/** A feed with all that is known of its polls. */
/** A permanent redirect under observation: believed only after a week. */
export interface Move {
  to: string
  since: Millis
  /** When it was last seen with the same feed behind it. */
  seen: Millis
  /** Different UTC days on which it was. */
  days: number
}

export interface FeedState {
  id: number
  agency: string
  agencyName: string
  url: string
  /** Title the feed gives itself. */
  title: string | null
  category: string | null
  language: string | null
  state: 'new' | 'ok' | 'failing' | 'retired' | 'paused'
  lastPoll: Millis | null
  lastSuccess: Millis | null
  nextPoll: Millis
  /** Why the next poll is when it is, in words. */
  reason: string
  interval: Millis | null
  /** Polls that failed since the last good one. */
  failures: number
  error: string | null
  warnings: string[]
  /** Reports filed from it so far. */
  reports: number
  validators: Validators
  bodyHash: string | null
  /** Where it is really polled when it has moved for good; null while that is `url`. */
  address: string | null
  move: Move | null
  /** What scheduling has learnt of the feed; opaque to the store. */
  habit: string | null
  /** Times that entries may have been missed, because two polls had none in common. */
  gaps: number
}

/** What we asked a WebSub hub for (W3C WebSub), one a feed. */
export interface Subscription {
  /** Unguessable last part of `callback`. */
  id: string
  feed: number
  hub: string
  /** Address the hub is asked to watch: what the feed calls itself. */
  topic: string
  /** Key of the signatures on what the hub sends. */
  secret: string
  /** Address the hub was given. */
  callback: string
  /** `unnamed`: the feed names no hub any more, so it is not renewed. */
  state: 'asked' | 'active' | 'denied' | 'unnamed'
  /** When the hub was last asked. */
  asked: Millis | null
  /** Until when the hub has promised to send. */
  leaseEnd: Millis | null
  /** When to ask it again. */
  nextAsk: Millis
  /** Requests since the hub last confirmed. */
  attempts: number
  /** Last signed push, unless a poll has since found what no push had brought: then null. */
  lastPush: Millis | null
  /** Pushes that were not signed with our secret. */
  ignored: number
  /** Why it was denied or could not be asked. */
  note: string | null
}

export interface AgencySummary {
  id: string
  name: string
  language: string | null
  homepage: string | null
  feeds: number
  reports: number
  /** Time of its newest report. */
  last: Millis | null
}

/** What to choose from the store. All that are given must hold. */
export interface Selection {
  lang?: string
  agency?: string
  category?: string
  credit?: string
  q?: string
  since?: Millis
  minAgencies?: number
  thread?: number
  limit: number
}

/** An agency's part in a story or thread. */
export interface AgencyPart {
  id: string
  name: string
  /** Time of its first report here. */
  first: Millis
  reports: number
}

/** Whose copy a story is: an agency of the configuration, or only a name that the text credits. */
export interface Origin {
  agency: string | null
  name: string
}

/** A story as published: its lead report speaks for it. */
export interface StorySummary {
  id: number
  /** Survives a re-import: derived from the first report's feed and guid. */
  key: string
  thread: number
  threadKey: string
  threadTitle: string
  title: string
  url: string | null
  language: string | null
  agency: string
  agencyName: string
  /** Names of agencies the text credits. */
  credits: string[]
  signal: Signal | null
  /** Sanitised HTML. */
  summary: string | null
  content: string | null
  /** Plain text. */
  text: string
  time: Millis
  published: Millis | null
  firstSeen: Millis
  /** Last change of any of its reports, apart from cosmetic ones. */
  updated: Millis
  /** Whose copy it is; null where that was not judged yet. */
  origin: Origin | null
  /** Agencies that tell it independently of one another: ten reprints of one wire are one. */
  sources: number
  /** Its origin has withdrawn it, though copies may still run it; where that was not judged, any of its reports is. */
  withdrawn: boolean
  authors: string[]
  categories: string[]
  enclosures: Enclosure[]
  agencies: AgencyPart[]
  reports: number
  revisions: number
}

export interface ThreadSummary {
  id: number
  key: string
  title: string
  language: string | null
  /** Times of its first and last story. */
  first: Millis
  last: Millis
  /** Last change of any of its reports. */
  updated: Millis
  stories: number
  reports: number
  agencies: AgencyPart[]
  /** Agencies whose own copy it holds: reprints count for their origin. */
  sources: number
  lead: StorySummary
}

export interface RevisionView {
  number: number
  seen: Millis
  title: string
  text: string
  /** What became of the text before; null for the first. */
  change: RevisionClass | null
}

/** A report as one feed carried it, with the text it had at each time. */
export interface ReportView {
  id: number
  feed: number
  agency: string
  agencyName: string
  guid: string
  url: string | null
  title: string
  text: string
  language: string | null
  time: Millis
  published: Millis | null
  firstSeen: Millis
  signal: Signal | null
  dateline: string | null
  credits: string[]
  /** Why it belongs to its story: `first`, or the rule that matched. */
  joinedBy: CopyRule | 'first'
  similarity: number
  /** Share of the story's copy that it carries, 0 to 1. */
  coverage: number
  /** Still runs a text that its origin has corrected or withdrawn. */
  stale: boolean
  /** What decided that it belongs here, as filing wrote it; null where nothing was compared. */
  evidence: unknown
  /** What was taken off its copy for comparing. */
  furniture: Furniture[]
  revisions: RevisionView[]
}

export interface FigureView {
  kind: Figure['kind']
  value: number
  /** How the text hedges it. */
  bound: Figure['bound']
  /** Who said so, as written. */
  said: string | null
  matched: string
  agency: string
  agencyName: string
  /** When it was said: of a revised report, when the text in force was first seen. */
  time: Millis
  story: number
}

export interface StoryDetail extends StorySummary {
  /** Why it is in its thread. */
  placement: Placement
  members: ReportView[]
}

/** A thread told before or beside another. */
export interface ThreadLink {
  id: number
  title: string
  language: string | null
  kind: 'before' | 'beside'
  first: Millis
  last: Millis
  /** How much they share, 0 to 1. */
  score: number
}

export interface ThreadDetail extends ThreadSummary {
  /** Oldest first. */
  timeline: StorySummary[]
  figures: FigureView[]
  links: ThreadLink[]
}

/** An ordered, immutable choice at one moment: what publishing renders. */
export interface Edition {
  title: string
  link: string
  language: string
  /** Authority of tag ids: fixed when the database was made, so ids survive a changed `link`. */
  tagAuthority: string
  /** Newest change in what was chosen; 0 when nothing was. Never the clock, so the same choice renders the same bytes. */
  updated: Millis
  threads: ThreadSummary[]
  stories: StorySummary[]
}

/** What publishing needs: reading only. Every method answers from the store alone. */
export interface Reader {
  /** Grows with every change of published data, in this process or another: renderings of an older state are stale. */
  version(): number
  /** Authority part of tag ids (`host,year`), fixed when the database was made. */
  tagAuthority(): string
  agencies(): AgencySummary[]
  feeds(): FeedState[]
  /** Stories that match, newest first. */
  recentStories(selection: Selection): StorySummary[]
  /** Threads that match, most recently grown first. */
  recentThreads(selection: Selection): ThreadSummary[]
  story(id: number): StoryDetail | null
  thread(id: number): ThreadDetail | null
  /** What the reports of a thread count, oldest first: `ThreadDetail.figures` alone. */
  figures(thread: number): FigureView[]
  /** Where the id of a story or thread that was merged leads; null for one that was not. */
  redirect(what: 'story' | 'thread', id: number): number | null
  /** Ids that lead to this one, because they were merged into it. */
  mergedInto(what: 'story' | 'thread', id: number): number[]
  /** Stories whose words match, newest first. */
  search(words: string, limit: number): StorySummary[]
  /** Sizes for /metrics and the closing line of commands. */
  totals(): { feeds: number; reports: number; stories: number; threads: number; lastPoll: Millis | null }
}
