// What `minwal doctor` finds out of a database and its surroundings, and what it makes of that. Types only.
import type { Millis } from './units.ts'

/** A database as it was found. Of one that is damaged or of another version, what stands in its tables is left empty. */
export interface StoreFacts {
  /** Its header says that it is one of Minwal's. */
  ours: boolean
  /** Version of its schema, and of the one this Minwal knows. */
  schema: number
  known: number
  /** Version of SQLite; null where the engine is another. */
  sqlite: string | null
  bytes: number
  /** What SQLite's integrity check says; empty for a sound file. */
  integrity: string[]
  /** Rows that refer to what is not there. */
  orphans: { from: string; to: string; rows: number }[]
  text: {
    /** What each report says was compared too. */
    compared: boolean
    fault: string | null
    /** Reports that it does not have, and others that it has. */
    missing: number
    surplus: number
  }
  /** Claims that do not hold: in a sentence's plural, with the ids of what makes them. */
  broken: { says: string; ids: (string | number)[]; counts: 'agency' | 'feed' | 'story' | 'thread' | null }[]
  withoutFeatures: number
  lastPoll: Millis | null
  /** Feeds that are polled. */
  feeds: {
    id: number
    url: string
    agency: string
    lastSuccess: Millis | null
    firstPoll: Millis | null
    error: string | null
    retired: boolean
  }[]
}

/** What a PostgreSQL server says of itself, of the database and of its user. */
export interface ServerFacts {
  version: string
  encoding: string
  /** It follows another server, and takes no writes; how far behind it is, where it says so. */
  isStandby: boolean
  lag: Millis | null
  connections: { used: number; most: number }
  /** The transaction of somebody else that has been open longest. */
  longest: { who: string; state: string; ms: Millis } | null
  /** What the user may not do, like `insert in x_reports`. */
  missing: string[]
}

export interface FileFact {
  path: string
  what:
    | 'database'
    | 'journal'
    | 'index of the journal'
    | 'rollback journal'
    | 'key'
    | 'private file'
    | 'vectors'
    | 'copy'
    | 'folder'
  bytes: number
  /** Permissions, and the bits above them. */
  mode: number
  modified: Millis
}

/** What of the configuration is looked at. */
export interface ConfigFacts {
  /** Why `link` should be set; null where it need not. */
  link: string | null
  /** Servers that are polled learn where to complain. */
  reachable: boolean
  /** Feeds that are asked more often than every five minutes, because the configuration says so. */
  hasty: { url: string; every: Millis }[]
  hostDelay: Millis
  /** Whether anything is deleted some day; null where this version cannot. */
  retains: boolean | null
  /** Other machines can reach the pages. */
  open: boolean
  allowPrivate: boolean
  /** The daemon's backups: null where it makes none. */
  backup: { every: Millis; newest: Millis | null; fault: string | null } | null
}

export interface DoctorFacts {
  now: Millis
  path: string
  /** The reason where the file could not be read. */
  store: StoreFacts | { unreadable: string } | null
  files: readonly FileFact[]
  /** Of a PostgreSQL database that could be reached. */
  server?: ServerFacts | null
  /** `file` where it is left out. */
  engine?: 'file' | 'server'
  disk: { free: number; network: string | null }
  /** Who else has the database open; null where the system does not tell. */
  users: readonly string[] | null
  config: ConfigFacts
}

/** What can be mended without a person. */
export type Mend = 'counts' | 'full text' | 'permissions' | 'journal'

export interface Finding {
  /** `wrong` wants mending; `smell` wants a look. */
  level: 'wrong' | 'smell'
  /** What was looked at. */
  check: string
  /** In a sentence without a full stop. */
  what: string
  /** File, feed, table or key of the configuration. */
  subject: string
  /** What to do about it. */
  todo: string
  /** What `--fix` does about it; null where it does nothing. */
  mend: Mend | null
}
