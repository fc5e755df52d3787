// Counts again what the database claims about itself, by plain SQL that shares nothing with the code that wrote it.
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { isPostgres } from '../../src/model/database.ts'
import { openRows } from './rows.ts'

/** Each rule selects the rows that break it: any row is a fault. In words that both engines know. */
const RULES: Readonly<Record<string, string>> = {
  'a guid filed twice in one feed': `select * from (select feed, guid, count(*) as n from UNINDEXED group by 1, 2) as c where n > 1`,
  'a feed that miscounts its reports': `select * from (select f.url, f.reports,
       (select count(*) from x_reports r where r.feed = f.id) as n from x_feeds f) as c where reports <> n`,
  'a story that miscounts its reports or agencies': `select * from (select s.id, s.reports, s.agencies, count(r.id) as n,
       count(distinct r.agency) as a from x_stories s left join x_reports r on r.story = s.id group by s.id) as c
     where reports <> n or agencies <> a`,
  'a story whose time is not that of its first report': `select * from (select s.id, s.time, min(r.time) as t
     from x_stories s join x_reports r on r.story = s.id group by s.id) as c where time <> t`,
  'a story without a report': 'select id from x_stories where id not in (select story from x_reports)',
  'a story led by a report of another':
    'select id, lead from x_stories s where not exists (select 1 from x_reports r where r.id = s.lead and r.story = s.id)',
  // Those of old stories are forgotten.
  'a story without its features': `select id from x_stories where time >= (select max(time) from x_stories) - 86400000
     and id not in (select story from x_story_features)`,
  'a thread that miscounts its stories, reports or agencies': `select * from (select t.id, t.stories, t.reports, t.agencies,
       count(distinct s.id) as n, count(r.id) as m, count(distinct r.agency) as a
     from x_threads t left join x_stories s on s.thread = t.id left join x_reports r on r.story = s.id group by t.id) as c
     where stories <> n or reports <> m or agencies <> a`,
  'a thread that miscounts its sources': `select * from (select t.id, t.sources, count(distinct coalesce(s.origin, s.origin_name)) as n
     from x_threads t join x_stories s on s.thread = t.id group by t.id) as c where sources <> max(1, n)`,
  'a thread that begins at another time than its first story': `select * from (select t.id, t.first, min(s.time) as f
     from x_threads t join x_stories s on s.thread = t.id group by t.id) as c where first <> f`,
  'a thread without a story': 'select id from x_threads where id not in (select thread from x_stories)',
  'a thread led by a story of another':
    'select id, lead from x_threads t where not exists (select 1 from x_stories s where s.id = t.lead and s.thread = t.id)',
  "an agency's part in a thread, miscounted": `select thread, agency, reports, first from x_thread_agencies
     except select s.thread, r.agency, count(*), min(r.time) from x_reports r join x_stories s on s.id = r.story group by 1, 2`,
  "an agency's part in a thread, missing": `select s.thread, r.agency, count(*), min(r.time) from x_reports r
     join x_stories s on s.id = r.story group by 1, 2 except select thread, agency, reports, first from x_thread_agencies`,
  // Old texts are pruned by themselves.
  'a report that miscounts its revisions': `select * from (select r.id, r.revisions, count(v.number) as n from x_reports r
     left join x_revisions v on v.report = r.id group by r.id) as c
     where revisions < n + 1 or (revisions > n + 1 and not exists (select 1 from x_prunings where revisions > 0))`,
  'reports that are neither on file nor pruned': `select p.polled, p.pruned, p.n from (select
       (select sum(new + copy) from x_polls) as polled, (select sum(reports) from x_prunings) as pruned,
       (select count(*) from x_reports) as n) as p
     where pruned > 0 and polled <> pruned + n and not exists (select 1 from x_prunings where polls > 0)`,
  'an agency that miscounts its reports': `select * from (select a.id, a.reports,
       (select count(*) from x_reports r where r.agency = a.id) as n from x_agencies a) as c where reports <> n`,
  'a category of no report, or without its report': `select category, report from x_report_categories
     except select c.value, r.id from x_reports r, CATEGORIES as c`,
  'something that leads to a story or thread that is gone': `select what, id, target from x_redirects d where not exists (
       select 1 from x_stories where what = 'story' and id = d.target union all select 1 from x_threads where what = 'thread' and id = d.target)`,
  'a poll whose filings are not those of its transaction': `select * from (select f.url,
       coalesce((select sum(p.new + p.copy) from x_polls p where p.feed = f.id), 0) as polled, count(r.id) as n,
       coalesce((select sum(p.revision) from x_polls p where p.feed = f.id), 0) as edits, coalesce(sum(r.revisions - 1), 0) as m
     from x_feeds f left join x_reports r on r.feed = f.id where not exists (select 1 from x_prunings) group by f.id, f.url) as c
     where polled <> n or edits <> m`,
}

/** What each engine spells its own way, and what it can tell of itself. */
const OF_SQLITE = {
  spelled: { UNINDEXED: 'x_reports not indexed', CATEGORIES: 'json_each(r.categories)' },
  rules: { 'a row that refers to nothing': 'pragma foreign_key_check' },
}
const OF_POSTGRES = {
  spelled: { UNINDEXED: 'x_reports', CATEGORIES: 'minwal_texts(r.categories)' },
  rules: {
    'a report without words to be found by': 'select id from x_reports where id not in (select report from x_search)',
    'features with a number that is given again': `select max(seq) from x_story_features having max(seq) > last_number('x_story_features')`,
  },
}

/** All that is wrong with the file, in words; empty for a sound one. Writes nothing but SQLite's own recovery. */
export function audit(database: string): string[] {
  const { spelled, rules } = isPostgres(database) ? OF_POSTGRES : OF_SQLITE
  const db = openRows(database, { readonly: false })
  try {
    const faults: string[] = isPostgres(database) ? [] : integrity(database)
    for (const [fault, rule] of Object.entries({ ...RULES, ...rules })) {
      const query = Object.entries(spelled).reduce((text, [word, as]) => text.replace(word, as), rule)
      for (const row of db.prepare(query).all().slice(0, 3)) faults.push(`${fault}: ${JSON.stringify(row)}`)
    }
    return faults
  } finally {
    db.close()
  }
}

/** What SQLite says of its file. */
function integrity(path: string): string[] {
  const db = new Database(path)
  const faults: string[] = []
  try {
    const integrity = db.pragma('integrity_check', { simple: true })
    if (integrity !== 'ok') faults.push(`integrity_check: ${String(integrity)}`)
    db.exec(`insert into x_search (x_search, rank) values ('integrity-check', 1)`)
  } catch (error) {
    faults.push(`the search index does not say what the reports say: ${String(error)}`)
  } finally {
    db.close()
  }
  return faults
}

export interface Filed {
  feed: string
  guid: string
  title: string
  text: string
  /** Ids and keys that users may have bookmarked, as one string. */
  identity: string
  /** Its thread, which a review may merge or part. */
  thread: number
}

/** Every report on file by feed and guid, in a file of any version. */
export function reportsOnFile(path: string): Map<string, Filed> {
  const db = openRows(path)
  try {
    const rows = db
      .prepare(
        `select f.url feed, r.guid, r.title, r.text,
           r.id || ' in story ' || s.id || ' ' || s.key identity, s.thread
         from report r join feed f on f.id = r.feed join story s on s.id = r.story`,
      )
      .all() as Filed[]
    return new Map(rows.map(row => [`${row.feed} ${row.guid}`, row]))
  } finally {
    db.close()
  }
}

/** Threads that stories were in and are in no more, without a word of why: neither a redirect nor a logged split. */
export function strayed(path: string, moves: readonly { from: number; to: number }[]): string[] {
  const db = openRows(path)
  try {
    const led = db.prepare(`select 1 from redirect where what = 'thread' and id = ?`)
    const parted = db.prepare(`select 1 from regrouping where kind = 'split-thread' and kept = ?`)
    return moves.flatMap(({ from, to }) =>
      from === to || led.get(from) || parted.get(from) ? [] : [`thread ${from} is now ${to}, and nothing says why`],
    )
  } finally {
    db.close()
  }
}

/** One value from the database. */
export function count(path: string, query: string): number {
  const db = openRows(path)
  try {
    return Number(db.prepare(query).pluck().get())
  } finally {
    db.close()
  }
}

/**
 * Copy a database that no process has open, with its journal, to look at it there: opening the original would do the
 * recovery that is the next Minwal's to do.
 */
export function copyOf(path: string, where: string, name: string): string {
  // A server has done the recovery.
  if (isPostgres(path)) return path
  const copy = join(where, name)
  copyFileSync(path, copy)
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
  return copy
}
