// What a copy of a database between the engines is made of: its tables, in an order in which every row finds what it refers to.
// What an engine makes by itself (sums of what is kept back, the full text) is none of them.
import { INDEX_DELETED, INDEX_MERGING } from '../read/retention.ts'

export interface Table {
  name: string
  /** Columns of the primary key: rows are read in its order. */
  key: readonly string[]
  /** Of the private file, where the database is a file. */
  isSecret?: true
  /** The column whose numbers the database gives out. */
  numbered?: string
}

const table = (name: string, ...key: string[]): Table => ({ name, key })

/** The mark of a database that is half a copy: in x_meta, as JSON. */
export const COPYING = 'copying'
/** What a database says of itself alone. */
const OWN = [COPYING, 'probe', 'changes', INDEX_DELETED, INDEX_MERGING]
export const META = 'x_meta'

/** Rows of a table that are none of a copy's. */
export const among = ({ name }: Table): string =>
  name === META ? `"key" not in (${OWN.map(key => `'${key}'`).join(', ')})` : 'true'

export const TABLES: readonly Table[] = [
  table('x_agencies', 'id'),
  { ...table('x_feeds', 'id'), numbered: 'id' },
  table('x_threads', 'id'),
  table('x_stories', 'id'),
  table('x_reports', 'id'),
  table('x_thread_agencies', 'thread', 'agency'),
  table('x_revisions', 'report', 'number'),
  table('x_credits', 'report', 'name', 'place'),
  table('x_figures', 'report', 'kind', 'value', 'whom'),
  table('x_report_categories', 'category', 'report'),
  { ...table('x_polls', 'id'), numbered: 'id' },
  { ...table('x_story_features', 'seq'), numbered: 'seq' },
  { ...table('x_report_features', 'seq'), numbered: 'seq' },
  table('x_flashes', 'wire', 'time', 'report'),
  { ...table('x_regroupings', 'id'), numbered: 'id' },
  table('x_redirects', 'what', 'id'),
  { ...table('x_decisions', 'id'), numbered: 'id' },
  table('x_thread_links', 'thread', 'other'),
  table('x_held', 'feed', 'key'),
  table('x_tombstones', 'key'),
  { ...table('x_prunings', 'id'), numbered: 'id' },
  { ...table('x_notices', 'id'), numbered: 'id' },
  table('x_bare', 'report'),
  table('x_map_parts', 'feed', 'url'),
  table('x_robots', 'origin'),
  table('x_pages', 'report'),
  table('x_page_pauses', 'agency'),
  { ...table('subscriptions', 'feed'), isSecret: true },
  { ...table('subscribers', 'id'), isSecret: true, numbered: 'id' },
  table(META, 'key'),
]

/** Tables that a copy leaves out, with why: a test holds that there are no others. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  x_held_sums: 'a trigger keeps it',
  x_search: 'made of the reports, by each engine in its own way',
  x_seal: 'the key is carried over by itself',
  minwal_schema: "the engine's own",
  x_calls: 'what processes ask of each other is asked again',
  x_hosts: 'when hosts may be asked is seconds ahead',
  models: 'what sentence models said is asked of them again',
  vectors: 'what sentence models said is asked of them again',
}
