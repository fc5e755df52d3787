// The embedded engine: SQLite through better-sqlite3, and nobody else knows. SQL is plain text with named parameters,
// prepared once. One filing is one synchronous immediate transaction.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { searchable } from '../decide/text.ts'
import type { Agency, Millis, Outcome, Report, Subscription } from '../model.ts'
import { createReader, FEED_QUERY, feedState, type Sql } from './reading.ts'
import { MIGRATIONS } from './schema.ts'
import type { Filing, IndexedStory, KnownReport, Store } from './store.ts'

/** `MNWL`: marks the file as ours in the header (pragma application_id). */
const APPLICATION_ID = 0x4d4e574c
const BUSY_TIMEOUT: Millis = 10_000
/** Polls are a log, not news: a year of them from fifty feeds would be millions of rows. */
const POLLS_KEPT: Millis = 30 * 86_400_000
/** Text beyond this is kept and shown, but not searched. */
const SEARCHED_LENGTH = 40_000

export interface OpenOptions {
  /** Path of the file, or `:memory:`. */
  path: string
  /** Reading commands open without creating or migrating. */
  readOnly?: boolean
  /** Authority of tag ids for a new file, like `news.example,2026`. */
  tagAuthority?: string
}

/**
 * Open the store, making or migrating the file where allowed. The reason of a failure is one line that names the file; a
 * file from a newer version, of another program or damaged is left as it is.
 */
export function openStore(options: OpenOptions): Outcome<Store> {
  const { path, readOnly = false } = options
  let db: Database.Database | null = null
  try {
    if (!readOnly && path !== ':memory:') {
      mkdirSync(dirname(path), { recursive: true })
      const refusal = lookFirst(path)
      if (refusal !== null) return { ok: false, reason: refusal }
    }
    db = new Database(path, { readonly: readOnly, fileMustExist: readOnly })
    const refusal = prepareFile(db, options)
    if (refusal === null) return { ok: true, value: createStore(db) }
    db.close()
    return { ok: false, reason: refusal }
  } catch (error) {
    db?.close()
    if (readOnly && !existsSync(path)) {
      return {
        ok: false,
        reason: `there is no database at ${path} yet: start it with \`minwal run\` or \`minwal poll\``,
      }
    }
    const reason = storeFault(path, error)
    if (reason === null) throw error
    return { ok: false, reason }
  }
}

/**
 * What is wrong with the file when working on it threw, in one line that names it: locked, damaged, not writable. Null
 * where the file is not to blame, which is a bug.
 */
export function storeFault(path: string, error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return `the database ${path} is a folder: name a file as "database"`
  }
  if (code === 'SQLITE_NOTADB') return `${path} is not a Minwal database: name another file as "database"`
  if (code.startsWith('SQLITE_CORRUPT')) {
    return `the database ${path} is damaged (${message}): it was not changed; restore it from a backup`
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return `the database ${path} is locked by another program: close it and try again`
  }
  if (/^SQLITE_(?:READONLY|FULL|IOERR)/.test(code)) {
    return `cannot read or write the database ${path} (${message}): check permissions and free space`
  }
  // What the operating system refuses (EACCES, ENOTDIR, EROFS …) names a system call; a bug of ours does not.
  if (/^SQLITE_(?:CANTOPEN|PERM|AUTH)/.test(code) || (error instanceof Error && 'syscall' in error)) {
    return `cannot open the database ${path} (${message}): check the path and its permissions`
  }
  return null
}

/**
 * Why an existing file is refused, seen without leave to write: a connection that may write would bring another
 * program's journal into its file merely by closing.
 */
function lookFirst(path: string): string | null {
  if (!existsSync(path) || statSync(path).size === 0) return null
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    return inspect(db, path).refusal
  } finally {
    db.close()
  }
}

/** The schema's version, and why the file is refused, if it is. */
function inspect(db: Database.Database, path: string): { version: number; refusal: string | null } {
  // One transaction, so that another process's first migration is seen as a whole or not at all.
  const look = db.transaction(() => ({
    version: Number(db.pragma('user_version', { simple: true })),
    application: Number(db.pragma('application_id', { simple: true })),
    tables: Number(db.prepare('select count(*) from sqlite_schema').pluck().get()),
  }))
  const { version, application, tables } = look()
  const untouched = version === 0 && application === 0 && tables === 0
  if (!untouched && application !== APPLICATION_ID) {
    return { version, refusal: `${path} is the database of another program: name another file as "database"` }
  }
  const refusal =
    version > MIGRATIONS.length
      ? `the database ${path} was written by a newer Minwal (schema ${version}, this one knows ${MIGRATIONS.length}): update Minwal; the file was not changed`
      : null
  return { version, refusal }
}

/** Null when the file is ready; otherwise why it is refused. Nothing is written before the file is known to be ours. */
function prepareFile(db: Database.Database, options: OpenOptions): string | null {
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
  const { version, refusal } = inspect(db, options.path)
  if (refusal !== null) return refusal
  if (options.readOnly) {
    if (version < MIGRATIONS.length) {
      return `the database ${options.path} is older than this Minwal: run \`minwal poll\` once to bring it up to date`
    }
    db.pragma('query_only = on')
    return null
  }
  db.pragma('journal_mode = wal')
  // Safe against a killed process; after a power cut the last filings may be missing and are polled again.
  db.pragma('synchronous = normal')
  db.pragma('foreign_keys = on')
  db.pragma('cache_size = -32768')
  // Pages that several polls change in turn (indexes, the search index) are moved into the file once in 16 MB of journal.
  db.pragma('wal_autocheckpoint = 4000')
  const migrate = db.transaction(() => {
    // Read again inside the transaction: another process may have migrated meanwhile.
    const from = Number(db.pragma('user_version', { simple: true }))
    if (from >= MIGRATIONS.length) return
    for (const script of MIGRATIONS.slice(from)) db.exec(script)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    const put = db.prepare('insert into meta (key, value) values (@key, @value) on conflict do nothing')
    put.run({ key: 'version', value: '1' })
    put.run({ key: 'tag_authority', value: options.tagAuthority ?? 'localhost,2026' })
  })
  if (version < MIGRATIONS.length) migrate.immediate()
  // Another program's lock is met here, where it is a reason not to start.
  db.exec('begin immediate; rollback')
  return null
}

/** Statements prepared on first use and kept: their text is the key, and texts come from this room only. */
function statements(db: Database.Database): Sql & { run(text: string, parameters?: object): Database.RunResult } {
  const prepared = new Map<string, Database.Statement>()
  const statement = (text: string): Database.Statement => {
    let found = prepared.get(text)
    if (!found) {
      found = db.prepare(text)
      prepared.set(text, found)
    }
    return found
  }
  return {
    all: (text, parameters = {}) => statement(text).all(parameters) as ReturnType<Sql['all']>,
    get: (text, parameters = {}) => statement(text).get(parameters) as ReturnType<Sql['get']>,
    run: (text, parameters = {}) => statement(text).run(parameters),
  }
}

function createStore(db: Database.Database): Store {
  const sql = statements(db)
  const filing = createFiling(sql)
  const transaction = db.transaction((work: (filing: Filing) => unknown) => work(filing))
  return {
    ...createReader(sql),
    syncAgencies: (agencies, now) => db.transaction(() => syncAgencies(sql, agencies, now)).immediate(),
    due: now =>
      sql
        .all(
          `${FEED_QUERY} where f.active and not f.paused and f.next_poll <= @now
           order by f.next_poll, f.id`,
          { now },
        )
        .map(feedState),
    feed: id => {
      const row = sql.get(`${FEED_QUERY} where f.id = @id`, { id })
      return row ? feedState(row) : null
    },
    file: <T>(work: (filing: Filing) => T): T => transaction.immediate(work) as T,
    subscription: feed => subscription(sql.get('select * from subscriptions where feed = @feed', { feed })),
    subscriptionById: id => subscription(sql.get('select * from subscriptions where id = @id', { id })),
    subscriptionsDue: now =>
      sql
        .all(
          `select s.* from subscriptions s join feeds f on f.id = s.feed
           where s.next_ask <= @now and s.state <> 'unnamed' and f.active and not f.paused and not f.retired
           order by s.next_ask, s.feed`,
          { now },
        )
        .flatMap(row => subscription(row) ?? []),
    saveSubscription: saved =>
      void sql.run(
        `insert or replace into subscriptions (feed, id, hub, topic, secret, callback, state, asked, lease_end, next_ask,
           attempts, last_push, ignored, note)
         values (@feed, @id, @hub, @topic, @secret, @callback, @state, @asked, @leaseEnd, @nextAsk, @attempts, @lastPush,
           @ignored, @note)`,
        { ...saved, nextAsk: Math.round(saved.nextAsk) },
      ),
    integrity: () => {
      try {
        const rows = db.pragma('integrity_check') as { integrity_check: string }[]
        return rows.map(row => row.integrity_check).join('\n')
      } catch (error) {
        // Some damage stops the check itself.
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT')) {
          return error.message
        }
        throw error
      }
    },
    close: () => {
      try {
        if (!db.readonly) db.exec('pragma busy_timeout = 0; pragma optimize')
      } catch {
        // Statistics only: nobody waits for them, and a locked or damaged file is closed all the same.
      }
      db.close()
    },
  }
}

function syncAgencies(sql: ReturnType<typeof statements>, agencies: readonly Agency[], now: Millis): void {
  const before = JSON.stringify([
    sql.all('select id, name, language, homepage, active from agencies order by id'),
    sql.all('select url, agency, category, active, paused from feeds order by url'),
  ])
  sql.run('update agencies set active = 0')
  sql.run('update feeds set active = 0')
  for (const agency of agencies) {
    sql.run(
      `insert into agencies (id, name, language, homepage) values (@id, @name, @language, @homepage)
       on conflict (id) do update set name = excluded.name, language = excluded.language, homepage = excluded.homepage,
         active = 1`,
      { id: agency.id, name: agency.name, language: agency.language, homepage: agency.homepage },
    )
    for (const feed of agency.feeds) {
      sql.run(
        `insert into feeds (agency, url, category, language, paused, next_poll, reason)
         values (@agency, @url, @category, @language, @paused, @now, 'never polled yet')
         on conflict (url) do update set agency = excluded.agency, category = excluded.category, active = 1,
           language = coalesce(excluded.language, language), paused = excluded.paused`,
        {
          agency: agency.id,
          url: feed.url,
          category: feed.category,
          language: feed.language,
          paused: feed.paused ? 1 : 0,
          now,
        },
      )
    }
  }
  const after = JSON.stringify([
    sql.all('select id, name, language, homepage, active from agencies order by id'),
    sql.all('select url, agency, category, active, paused from feeds order by url'),
  ])
  if (before !== after) bumpVersion(sql)
}

function subscription(row: ReturnType<Sql['get']>): Subscription | null {
  if (!row) return null
  const when = (name: string): Millis | null => (row[name] === null ? null : Number(row[name]))
  return {
    id: String(row['id']),
    feed: Number(row['feed']),
    hub: String(row['hub']),
    topic: String(row['topic']),
    secret: String(row['secret']),
    callback: String(row['callback']),
    state: String(row['state']) as Subscription['state'],
    asked: when('asked'),
    leaseEnd: when('lease_end'),
    nextAsk: Number(row['next_ask']),
    attempts: Number(row['attempts']),
    lastPush: when('last_push'),
    ignored: Number(row['ignored']),
    note: row['note'] === null ? null : String(row['note']),
  }
}

function bumpVersion(sql: ReturnType<typeof statements>): void {
  sql.run(`update meta set value = cast(value as integer) + 1 where key = 'version'`)
}

function createFiling(sql: ReturnType<typeof statements>): Filing {
  const known = (feed: number, guid: string): KnownReport | null => {
    const row = sql.get(
      'select id, story, hash, revisions, first_seen from reports where feed = @feed and guid = @guid',
      { feed, guid },
    )
    if (!row) return null
    return {
      id: Number(row['id']),
      story: Number(row['story']),
      hash: String(row['hash']),
      revisions: Number(row['revisions']),
      firstSeen: Number(row['first_seen']),
    }
  }

  const writeFurniture = (id: number, report: Report): void => {
    for (const credit of report.wire.credits) {
      sql.run(
        'insert into credits (report, agency, name, place) values (@id, @agency, @name, @place) on conflict do nothing',
        { id, agency: credit.agency, name: credit.name, place: credit.where },
      )
    }
    for (const figure of report.wire.figures) {
      sql.run(
        `insert into figures (report, kind, value, matched) values (@id, @kind, @value, @matched)
         on conflict do nothing`,
        { id, kind: figure.kind, value: figure.value, matched: figure.matched },
      )
    }
  }

  const columns = (report: Report) => ({
    url: report.url,
    canonicalUrl: report.canonicalUrl,
    title: report.title,
    headline: report.wire.title,
    summary: report.summary,
    content: report.content,
    text: report.text,
    folded: searchable(`${report.title}\n${report.text.slice(0, SEARCHED_LENGTH)}`, report.language),
    published: report.published,
    updated: report.updated,
    authors: JSON.stringify(report.authors),
    categories: JSON.stringify(report.categories),
    enclosures: JSON.stringify(report.enclosures),
    dateline: report.wire.dateline?.matched ?? null,
    signal: report.wire.signal,
    hash: report.hash,
  })

  return {
    known,
    storyByGuid: global => {
      const row = sql.get('select story from reports where global_guid = @global order by id limit 1', { global })
      return row ? Number(row['story']) : null
    },
    storyByUrl: url => {
      const row = sql.get('select story from reports where canonical_url = @url order by id limit 1', { url })
      return row ? Number(row['story']) : null
    },
    storiesAfter: (afterId, since) =>
      sql
        .all(
          `select s.id, s.thread, f.time, f.features from features f join stories s on s.id = f.story
           where f.story > @afterId and f.time >= @since order by f.story`,
          { afterId, since },
        )
        .map<IndexedStory>(row => ({
          id: Number(row['id']),
          thread: Number(row['thread']),
          time: Number(row['time']),
          features: String(row['features']),
        })),
    openThread: (time, key) =>
      Number(
        sql.run('insert into threads (key, first, last, updated) values (@key, @time, @time, @time)', { key, time })
          .lastInsertRowid,
      ),
    addStory: (thread, report, key, features, placement) => {
      const story = Number(
        sql.run(
          `insert into stories (key, thread, language, time, updated, placement)
           values (@key, @thread, @language, @time, @now, @placement)`,
          { key, thread, language: report.language, time: report.time, now: report.firstSeen, placement },
        ).lastInsertRowid,
      )
      sql.run('insert into features (story, time, features) values (@story, @time, @features)', {
        story,
        time: report.time,
        features,
      })
      return story
    },
    addReport: (story, report, joinedBy, similarity) => {
      const id = Number(
        sql.run(
          `insert into reports (story, feed, agency, guid, global_guid, url, canonical_url, title, headline, summary,
             content, text, folded, language, published, updated, first_seen, last_seen, changed, time, authors,
             categories, enclosures, dateline, signal, hash, joined_by, similarity)
           values (@story, @feed, @agency, @guid, @globalGuid, @url, @canonicalUrl, @title, @headline, @summary,
             @content, @text, @folded, @language, @published, @updated, @now, @now, @now, @time, @authors,
             @categories, @enclosures, @dateline, @signal, @hash, @joinedBy, @similarity)`,
          {
            ...columns(report),
            story,
            feed: report.feed,
            agency: report.agency,
            guid: report.guid,
            globalGuid: report.globalGuid,
            language: report.language,
            now: report.firstSeen,
            time: report.time,
            joinedBy,
            similarity,
          },
        ).lastInsertRowid,
      )
      writeFurniture(id, report)
      sql.run('update feeds set reports = reports + 1 where id = @feed', { feed: report.feed })
      countReport(sql, story, report, joinedBy === 'first')
      refresh(sql, story, report.firstSeen)
      return id
    },
    addRevision: (id, report, now) => {
      sql.run(
        `insert into revisions (report, number, seen, title, text)
         select id, revisions, case revisions when 1 then first_seen else changed end, title, text
         from reports where id = @id`,
        { id },
      )
      sql.run(
        `update reports set url = @url, canonical_url = @canonicalUrl, title = @title, headline = @headline,
           summary = @summary, content = @content, text = @text, folded = @folded, published = @published,
           updated = @updated, last_seen = @now, changed = @now, authors = @authors, categories = @categories,
           enclosures = @enclosures, dateline = @dateline, signal = @signal, hash = @hash, revisions = revisions + 1
         where id = @id`,
        { ...columns(report), id, now },
      )
      sql.run('delete from credits where report = @id', { id })
      sql.run('delete from figures where report = @id', { id })
      writeFurniture(id, report)
      const row = sql.get('select story from reports where id = @id', { id })
      refresh(sql, Number(row?.['story']), now)
    },
    touch: (ids, now) => {
      for (const id of ids) sql.run('update reports set last_seen = @now where id = @id', { id, now })
    },
    recordPoll: (outcome, update) => {
      const { counts } = outcome
      const failed = outcome.status === 'failed'
      sql.run(
        `insert into polls (feed, at, ms, status, entries, new, revision, copy, unchanged, rejected, gap_from, gap_to,
           error, warnings)
         values (@feed, @at, @ms, @status, @entries, @new, @revision, @copy, @unchanged, @rejected, @gapFrom,
           @gapTo, @error, @warnings)`,
        {
          feed: outcome.feed,
          at: outcome.at,
          ms: Math.round(outcome.ms),
          status: outcome.status,
          entries: counts.entries,
          new: counts.new,
          revision: counts.revision,
          copy: counts.copy,
          unchanged: counts.unchanged,
          rejected: counts.rejected,
          gapFrom: outcome.gap?.from ?? null,
          gapTo: outcome.gap?.to ?? null,
          error: outcome.failure?.message ?? null,
          warnings: JSON.stringify(outcome.warnings),
        },
      )
      sql.run('delete from polls where feed = @feed and at < @oldest', {
        feed: outcome.feed,
        oldest: outcome.at - POLLS_KEPT,
      })
      sql.run(
        `update feeds set title = coalesce(@title, title), language = coalesce(language, @language), last_poll = @at,
           last_success = case when @failed then last_success else @at end, next_poll = @nextPoll, reason = @reason,
           interval = @interval, failures = @failures,
           -- A push does not end what polling fails of.
           error = case when @failures > 0 then coalesce(@error, error) else @error end,
           warnings = case when @status = 'filed' then @warnings else warnings end,
           etag = case when @hasValidators then @etag else etag end,
           last_modified = case when @hasValidators then @lastModified else last_modified end,
           body_hash = coalesce(@bodyHash, body_hash), retired = @retired, address = @address, move = @move,
           habit = @habit, notes = @notes, gaps = gaps + @gap
         where id = @feed`,
        {
          feed: outcome.feed,
          at: outcome.at,
          failed: failed ? 1 : 0,
          status: outcome.status,
          nextPoll: outcome.nextPoll,
          reason: outcome.reason,
          // `1.1h` is no whole number of milliseconds to a computer, and the column takes no other.
          interval: update.interval === null ? null : Math.round(update.interval),
          failures: update.failures,
          error: outcome.failure?.message ?? null,
          warnings: JSON.stringify(outcome.warnings),
          title: update.title,
          language: update.language,
          hasValidators: update.validators ? 1 : 0,
          etag: update.validators?.etag ?? null,
          lastModified: update.validators?.lastModified ?? null,
          bodyHash: update.bodyHash,
          retired: update.retired ? 1 : 0,
          address: update.address,
          move: update.move === null ? null : JSON.stringify(update.move),
          habit: update.habit,
          notes: JSON.stringify(update.notes),
          gap: outcome.gap === null ? 0 : 1,
        },
      )
      if (counts.new + counts.copy + counts.revision > 0) bumpVersion(sql)
    },
  }
}

// The lead story of a thread is the newest full report among those that most agencies carried: a flash or a withdrawn
// report leads only where there is nothing else.
const LEAD_ORDER = 's.standing desc, s.agencies desc, s.time desc, s.id desc'

/** What LEAD_ORDER compares. */
const RANK = 'select standing, agencies, time, thread from stories where id = @story'

/** How well a report would lead: 2 a full report, 1 a flash, 0 one that was withdrawn. */
const standing = (signal: unknown): number => (signal === 'kill' ? 0 : signal === 'flash' ? 1 : 2)

/**
 * Bring a story's counts and lead up to date after a change of one of its reports, then its thread's. The cost does not
 * grow with the thread, except when its lead itself loses rank, or its newest story turns out to be older.
 */
function refresh(sql: ReturnType<typeof statements>, story: number, now: Millis): void {
  const was = sql.get(RANK, { story })
  const members = sql.all('select id, signal, time, agency from reports where story = @story order by time, id', {
    story,
  })
  // The lead report of a story is the earliest that was not withdrawn. Counted here and not in SQL, where counting
  // agencies builds a table for every report that is filed.
  const leader = members.find(({ signal }) => signal !== 'kill') ?? members[0]
  const is = {
    thread: was?.['thread'],
    time: members[0]?.['time'],
    standing: standing(leader?.['signal']),
    agencies: new Set(members.map(({ agency }) => agency)).size,
  } as const
  sql.run(
    `update stories set lead = @lead, time = @time, reports = @reports, agencies = @agencies, standing = @standing,
       updated = max(updated, @now)
     where id = @story`,
    {
      story,
      lead: leader?.['id'],
      time: is.time,
      reports: members.length,
      agencies: is.agencies,
      standing: is.standing,
      now,
    },
  )
  const thread = Number(is.thread)
  const time = Number(is.time)
  sql.run(
    `update threads set first = min(first, @time), last = max(last, @time), updated = max(updated, @now)
     where id = @thread`,
    { thread, time, now },
  )
  // A copy that an agency dates earlier makes its story older: another may be the newest now.
  if (time < Number(was?.['time'])) {
    sql.run(
      `update threads set last = (select max(s.time) from stories s where s.thread = @thread)
       where id = @thread and last = @before`,
      { thread, before: Number(was?.['time']) },
    )
  }
  const before = sql.get('select lead from threads where id = @thread', { thread })?.['lead'] ?? null
  const sunk = (['standing', 'agencies', 'time'] as const)
    .map(name => Number(is[name]) - Number(was?.[name]))
    .find(Boolean)
  const rescan = before === null || (before === story && sunk !== undefined && sunk < 0)
  const candidates = rescan ? 's.thread = @thread' : 's.id in (threads.lead, @story)'
  sql.run(
    `update threads set lead = (select s.id from stories s where ${candidates} order by ${LEAD_ORDER} limit 1)
     where id = @thread`,
    { thread, story },
  )
  const lead = sql.get('select lead from threads where id = @thread', { thread })?.['lead'] ?? null
  if (lead === before && lead !== story) return
  sql.run(
    `update threads set (title, language) =
       (select r.headline, s.language from stories s join reports r on r.id = s.lead where s.id = threads.lead)
     where id = @thread`,
    { thread },
  )
}

/** Count a new report into its thread. */
function countReport(sql: ReturnType<typeof statements>, story: number, report: Report, opensStory: boolean): void {
  const thread = Number(sql.get('select thread from stories where id = @story', { story })?.['thread'])
  const known = sql.get('select 1 as known from thread_agencies where thread = @thread and agency = @agency', {
    thread,
    agency: report.agency,
  })
  sql.run(
    `insert into thread_agencies (thread, agency, first, reports) values (@thread, @agency, @time, 1)
     on conflict do update set first = min(first, excluded.first), reports = reports + 1`,
    { thread, agency: report.agency, time: report.time },
  )
  sql.run(
    `update threads set reports = reports + 1, stories = stories + @stories, agencies = agencies + @agencies
     where id = @thread`,
    { thread, stories: opensStory ? 1 : 0, agencies: known ? 0 : 1 },
  )
}
