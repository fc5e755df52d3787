// PostgreSQL prepares every statement that the shared store may send, also those that are rare: a statement in words that only SQLite knows,
// or with a value of a type that does not fit, is refused by its server long before a user meets it.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FigureChoice, ReportChoice, RowChoice } from '../../src/model/listed.ts'
import type { Selection } from '../../src/model/shown.ts'
import { type Connection, openConnection, PostgresError } from '../../src/store/postgres/connection.ts'
import { spelled } from '../../src/store/postgres/dialect.ts'
import { createReader } from '../../src/store/read/reader.ts'
import type { Parameters, Row, Sql, Value, Values } from '../../src/store/sql.ts'
import { newDatabase } from '../helpers/engine.ts'
import { type Written, writtenStatements } from '../helpers/written-statements.ts'

/** Files whose statements are for SQLite alone. */
const OF_SQLITE = new Map([
  ['backup.ts', 'copies a file'],
  ['beside.ts', 'small files beside the database'],
  ['copy/file.ts', 'a file as one side of a copy'],
  ['folded.ts', 'what the full-text index of a file is made of'],
  ['inspect.ts', 'looks a file over'],
  ['mend.ts', 'mends a file'],
  ['prepare.ts', 'makes and migrates a file'],
  ['private.ts', 'a file beside the database'],
  ['published.ts', 'a file in the folder of static files'],
  ['query.ts', 'queries of users on a file'],
  ['shrink.ts', 'gives pages of a file back'],
  ['sqlite.ts', 'opens a file'],
  ['statements.ts', 'prepares for SQLite'],
  ['views.ts', 'made from this by postgres/views.ts, and there when a database is'],
])
/** Migrations, which run whenever a database is made. */
const MIGRATION = /^(?:batches|bodies|compact|counted|ids|migrations|pruned|renamed|searched|sealed)\.ts$/
/** Files that write PostgreSQL's own words. */
const NATIVE = new Set(['postgres/calls.ts', 'postgres/hosts.ts', 'postgres/lead.ts', 'postgres/query.ts'])

/** Statements of shared files that PostgreSQL is never sent: its store does that in its own way. */
const NEVER_SENT: readonly { says: RegExp; because: string }[] = [
  { says: /pragma_page_count/, because: 'the size of a file' },
  { says: /insert into x_search \(rowid/, because: 'its full text is a column of words' },
  {
    says: /total_changes\(\)|insert into x_search \(x_search, rank\)/,
    because: 'its full text is merged by its vacuum',
  },
  {
    says: /array_to_tsvector\(v\.words::text\[\]\) from \($/,
    because: 'rows are put into it: tests/store/copy.test.ts',
  },
  { says: /from "meta"/, because: 'what a file was before its tables began with x_' },
]

/** Statements that are made of what is wished while it runs: those of these functions are had by asking for all that there is. */
const MADE = new Map<string, (reader: ReturnType<typeof createReader>) => void>([
  [
    'read/listed.ts rowReader',
    reader => {
      reader.threadRows(CHOICE)
      reader.storyRows(CHOICE)
    },
  ],
  ['read/listed.ts reportRows', reader => void reader.reportRows(OF_REPORTS)],
  ['read/listed.ts figureRows', reader => void reader.figureRows(OF_FIGURES)],
  ['read/selection.ts chosenStories', reader => void reader.storyRows({ ...CHOICE, signals: ['flash'] })],
  ['read/selection.ts chosenThreads', reader => void reader.threadRows({ ...CHOICE, minAgencies: 2 })],
  [
    'read/stories.ts storyReader',
    reader => {
      for (const headlines of [true, false]) reader.recentStories({ ...SELECTION, headlines })
    },
  ],
  ['read/threads.ts threadReader', reader => void reader.recentThreads(SELECTION)],
  [
    'read/retention.ts retentionReader',
    reader => {
      for (const kind of ['report', 'story', 'thread'] as const) reader.isPruned(kind, 1)
    },
  ],
])
/** Given by a list whose members are statements by themselves. */
const OF_LISTS = new Set(['postgres/inspect.ts storeOf', 'postgres/rows.ts ofOne'])
/** Made for each table by its name: tests/store/copy.test.ts copies every one, both ways. */
const OF_COPIES = /^copy\//

// A key that comes to a choice later is missed by the compiler here.
const SELECTION: Required<Selection> = {
  lang: 'en',
  agency: 'harir',
  category: 'sport',
  credit: 'vostok',
  q: 'river bank*',
  since: 1,
  minAgencies: 2,
  signals: ['flash', 'kill'],
  thread: 1,
  offset: 1,
  headlines: true,
  limit: 10,
}
const { offset: _, headlines: __, ...FOR_ROWS } = SELECTION
const CHOICE: Required<RowChoice> = { ...FOR_ROWS, after: { time: 1, id: 1 } }
const OF_REPORTS: Required<ReportChoice> = {
  agency: 'harir',
  feed: 1,
  story: 1,
  thread: 1,
  lang: 'en',
  since: 1,
  before: 1,
  limit: 10,
}
const OF_FIGURES: Required<FigureChoice> = {
  report: 1,
  story: 1,
  thread: 1,
  agency: 'harir',
  kind: 'dead',
  after: { report: 1, skip: 1 },
  limit: 10,
}

/** Texts and values of what a reader asks for. `count` is what it is told wherever it counts. */
function asked(count: number, work: (reader: ReturnType<typeof createReader>) => void): string[] {
  const texts: string[] = []
  const noted = (text: string, given: Parameters | Values = {}): void => void texts.push(spelled(text, given).text)
  const all: Sql['all'] = (text, given): Row[] => {
    noted(text, given)
    return /found \(language\)/.test(text) ? [{ language: 'en' }] : []
  }
  const sql: Sql = {
    all,
    each: all,
    get: (text, given) => {
      noted(text, given)
      return { n: count, reports: count, ids: '[]' }
    },
  }
  work(createReader(sql, run => run()))
  return texts
}

const fileOf = ({ at }: Written): string => at.split(':')[0] ?? ''

let connection: Connection
beforeAll(() => {
  connection = openConnection(newDatabase())
})
afterAll(() => connection.close())

const ask = (text: string): readonly (readonly Value[])[] => connection.ask({ text, values: [], name: null }).rows

/** The types of its parameters, or why it is refused. */
function prepared(text: string): { types: string[] } | { refused: string; isOfTypes: boolean } {
  try {
    ask(`prepare asked as ${text}`)
    const [[types] = []] = ask(
      `select array_to_string(parameter_types, ',') from pg_prepared_statements where name = 'asked'`,
    )
    ask('deallocate asked')
    return { types: `${types}`.split(',').filter(type => type !== '') }
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error
    return { refused: `${error.message} (${error.code})`, isOfTypes: /^42(?:P08|P18|804|883|725)$/.test(error.code) }
  }
}

const EXAMPLES: Readonly<Record<string, readonly Value[]>> = {
  text: ['x'],
  'text[]': ['{x}'],
  bytea: [new Uint8Array(1)],
  'double precision': [1, 0.5],
  numeric: [1, 0.5],
  real: [1, 0.5],
}
const examplesOf = (type: string | undefined): readonly Value[] => EXAMPLES[type ?? ''] ?? [1]

/** Parameters whose type the server cannot tell, in one statement. */
const MOST_UNSURE = 3

/** The types that the server finds for parameters of which nothing is said; where it is not sure, some of them are said. */
function typed(text: string, parameters: number): ReturnType<typeof prepared> {
  let tried = [text]
  const first = prepared(text)
  if (!('refused' in first && first.isOfTypes)) return first
  for (let said = 1; said <= MOST_UNSURE; said++) {
    const next: string[] = []
    for (const one of tried) {
      for (let number = 1; number <= parameters; number++) {
        const place = new RegExp(`\\$${number}(?![\\d:])`, 'g')
        if (!place.test(one)) continue
        for (const type of ['bigint', 'text']) {
          const other = one.replaceAll(place, `$${number}::${type}`)
          const found = prepared(other)
          if ('types' in found) return found
          next.push(other)
        }
      }
    }
    tried = next
  }
  return first
}

/** What the server says of a statement that is sent with values of each type that it may have, and with null in the place of each. */
function faultsOf(text: string): string[] {
  const names: string[] = []
  const noting = new Proxy<Parameters>(
    {},
    {
      get: (_, name: string) => {
        if (!names.includes(name)) names.push(name)
        return 'x'
      },
    },
  )
  const found = typed(spelled(text, noting).text.replaceAll(/(\$\d+)::text(?!\[)/g, '$1'), names.length)
  if ('refused' in found) return [found.refused]
  if (names.some(name => /^\d/.test(name))) return []
  const { types } = found
  const likely = Object.fromEntries(names.map((name, at) => [name, examplesOf(types[at])[0] ?? null]))
  const faults: string[] = []
  const check = (given: Parameters, what: string): void => {
    const answer = prepared(spelled(text, given).text)
    if ('refused' in answer) faults.push(`${answer.refused} with ${what}`)
  }
  check(likely, 'values of the likeliest types')
  for (const [at, name] of names.entries()) {
    for (const value of [...examplesOf(types[at]).slice(1), ...(name === 'now' ? [] : [null])])
      check({ ...likely, [name]: value }, `${name} = ${value}`)
  }
  return faults
}

/** Transactions begin and end by words that cannot be prepared. */
const OF_TRANSACTIONS = /^(?:begin|commit|rollback)\b/

const all = writtenStatements(file => !OF_SQLITE.has(file) && !MIGRATION.test(file))

it('prepares every statement of the shared store', () => {
  const texts = all.flatMap(({ texts }) => texts)
  /** A beginning that others go on from is no statement by itself. */
  const isBeginning = (text: string): boolean =>
    texts.some(other => other.length > text.length && other.startsWith(text))
  const faults = all.flatMap(one =>
    one.texts
      .filter(
        text => !OF_TRANSACTIONS.test(text) && !NEVER_SENT.some(({ says }) => says.test(text)) && !isBeginning(text),
      )
      .flatMap(text => {
        const said = NATIVE.has(fileOf(one))
          ? [prepared(text)].flatMap(found => ('refused' in found ? [found.refused] : []))
          : faultsOf(text)
        return said.map(fault => `${one.at} ${one.within}: ${fault}\n${text}`)
      }),
  )
  expect(texts.length).toBeGreaterThan(400)
  expect(faults.join('\n\n')).toBe('')
})

it('prepares what is made of wishes, with all that can be wished', () => {
  const unknown = all.filter(one => one.unknown !== null && !OF_COPIES.test(one.at))
  const functions = new Set(unknown.map(one => `${fileOf(one)} ${one.within}`))
  expect([...functions].sort()).toEqual([...MADE.keys(), ...OF_LISTS].sort())
  for (const [within, work] of MADE) {
    const made = [1, 1_000_000].flatMap(count => asked(count, work))
    expect([within, made.length > 0]).toEqual([within, true])
    for (const text of made)
      expect([within, text, prepared(text)]).toEqual([within, text, { types: expect.anything() }])
  }
})

it.each([
  ['a function of SQLite', 'select printf(id) from x_reports'],
  ['a column that is not there', 'select nothing from x_reports where id = @id'],
  ['a number that is compared with a text', 'select id from x_reports where title = id and id = @id'],
  ['a number where a truth is asked for', 'select id from x_feeds where active'],
])('is told of %s', (_, text) => {
  expect(faultsOf(text)).not.toEqual([])
})
