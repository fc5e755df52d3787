// The configuration, as loaded: agencies, feeds, settings. Types only.
import type { NotifyRule } from './notify.ts'
import type { Millis } from './units.ts'

/** What the configuration tells feed servers and nobody else. */
export interface Secret {
  /** What stands for it where it would be shown: the variable as written, `${NAME}`, or `***`. */
  shown: string
  value: string
  /** Never met by chance, so that it may be taken out of entries too. */
  rare: boolean
}

/** Which entries of a feed are taken. Parts that are empty ask for nothing. */
export interface TakenSettings {
  /** Primary subtags. */
  languages: readonly string[]
  /** Parts of an address of which one must be there, and of which none may be. */
  include: readonly string[]
  exclude: readonly string[]
}

/** How entries are read off a page: CSS selectors, those of parts within an item. Null lets Minwal find them. */
export interface PageRules {
  items: string | null
  title: string | null
  link: string | null
  time: string | null
  summary: string | null
  /** IANA name of the zone of dates that name none; null for UTC. */
  zone: string | null
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
  /** What is taken of it; left out where all is. */
  taken?: TakenSettings
  /** It is a page, of which entries are read by these rules; left out for a feed. */
  page?: PageRules
  /** Its robots.txt is not asked. */
  ignoresRobots?: true
  /** Where the text of a report comes from beside the feed: from nowhere else, or from its page too. */
  text?: 'feed' | 'page'
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
  /** Pages of reports asked of one host within an hour. */
  pagesPerHost: number
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

/** A program of the user's, with its arguments, or a server that speaks the embeddings API. */
export type EncoderSettings = readonly string[] | EndpointSettings

export interface EndpointSettings {
  /** Base address, like `http://127.0.0.1:11434/v1`; may carry a login. */
  url: string
  /** What the server calls the model. */
  model: string
  /** Told to the server, as a bearer token. */
  key: string | null
  /** Put before each text, for models that were trained so. */
  prefix: string
}

export interface PublishSettings {
  /** Entries in a feed when the request names no limit. */
  limit: number
  /** How far back the front page looks. */
  frontPage: Millis
  /** The WebSub hub that pushes the feeds: true for the built-in one, or the address of another; null for none. */
  hub?: string | true | null
  /** The address that feeds name, where that of the hub has variables: without what they stand for. Null names none. */
  hubNamed?: string | null
}

/** How long what is on file is kept. */
export interface RetainSettings {
  /** Threads without news for longer are deleted; null keeps them. */
  reports: Millis | null
  /** Earlier texts that were replaced longer ago are deleted; null keeps them. */
  revisions: Millis | null
  polls: Millis
  /** Bytes of the database file beyond which the oldest threads are deleted; null for no limit. */
  size: number | null
  /** Threads with news since are deleted for no size. */
  floor: Millis
}

export interface BackupSettings {
  /** Absolute path of the folder that the daemon writes backups to; null where it makes none. */
  to: string | null
  /** Time between two of them. */
  every: Millis
  /** How many are kept. */
  keep: number
  /** The database is copied beside itself before its tables are changed. */
  beforeUpgrade: boolean
}

export interface Config {
  title: string
  /** Public address without a trailing slash: the base of feed URLs and tag ids. */
  link: string
  /** Nobody set `link`: it was made of `listen`. */
  linkIsDefault: boolean
  language: string
  /** IANA name of the zone that pages tell moments in without a script; UTC where left out. */
  timeZone?: string
  /** Absolute path of the SQLite file, or the address of a PostgreSQL database, login and all. */
  database: string
  /** Absolute path beside which files of this machine's own lie: that of the SQLite file, where the database is one. */
  files: string
  listen: { host: string; port: number }
  /** Where `/metrics` is served; null or left out: beside the pages. */
  metrics?: { host: string; port: number } | null
  poll: PollSettings
  threads: ThreadSettings
  publish: PublishSettings
  /** Null or left out: nothing is deleted but polls after thirty days. */
  retain?: RetainSettings | null
  /** For how long documents are kept for a replay; none are where it is null or left out. */
  keepBodies?: Millis | null
  /** Defaults where left out: no backups, but a copy before an upgrade. */
  backup?: BackupSettings
  /** Whom to tell of what; nobody where left out. */
  notify?: readonly NotifyRule[]
  log: { level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' }
  agencies: readonly Agency[]
  /** Mode of the database file; null for the default of a new file. */
  databaseMode?: number | null
  /** Beside those of feeds. */
  secrets?: readonly Secret[]
}
