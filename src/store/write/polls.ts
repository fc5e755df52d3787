// Writes polls with what they change of their feeds, and what is kept back under an embargo.
import type { PollOutcome } from '../../model/decided.ts'
import type { PollUpdate } from '../../model/stored.ts'
import type { Millis } from '../../model/units.ts'
import { number } from '../rows.ts'
import { nameOf, type Seal } from '../seal.ts'
import { keepMapParts } from '../sources.ts'
import { bumpVersion, type Sql, type WritableSql } from '../sql.ts'
import type { Filing } from '../store.ts'

const DAY: Millis = 86_400_000
/** Polls are a log, not news: a year of them from fifty feeds would be millions of rows. */
export const POLLS_KEPT: Millis = 30 * DAY
/** What is kept back of one feed under embargo at most. */
const HELD_ENTRIES = 10_000
const HELD_CHARACTERS = 64 * 1_048_576

const POLL =
  'feed, at, ms, status, entries, new, revision, copy, unchanged, rejected, gap_from, gap_to, error, warnings'
const PLACES = POLL.replaceAll(/\w+/g, '?')

function recordPoll(
  sql: WritableSql,
  outcome: PollOutcome,
  update: PollUpdate,
  poll: number | null,
  added: number,
): void {
  const { counts } = outcome
  const error = outcome.failure?.message ?? null
  const warnings = JSON.stringify(outcome.warnings)
  sql.run(
    poll === null
      ? `insert into x_polls (${POLL}) values (${PLACES})`
      : `insert or replace into x_polls (id, ${POLL}) values (?, ${PLACES})`,
    [
      ...(poll === null ? [] : [poll]),
      outcome.feed,
      outcome.at,
      Math.round(outcome.ms),
      outcome.status,
      counts.entries,
      counts.new,
      counts.revision,
      counts.copy,
      counts.unchanged,
      counts.rejected,
      outcome.gap?.from ?? null,
      outcome.gap?.to ?? null,
      error,
      warnings,
    ],
  )
  sql.run(
    `update x_feeds set title = coalesce(@title, title), language = coalesce(language, @language), last_poll = @at,
       last_success = case when @failed = 1 then last_success else @at end, next_poll = @nextPoll, reason = @reason,
       interval = @interval, failures = @failures,
       -- A push does not end what polling fails of.
       error = case when @failures > 0 then coalesce(@error, error) else @error end,
       warnings = case when @status = 'filed' then @warnings else warnings end,
       etag = case when @hasValidators = 1 then @etag else etag end,
       last_modified = case when @hasValidators = 1 then @lastModified else last_modified end,
       body_hash = coalesce(@bodyHash, body_hash), of_map = coalesce(@ofMap, of_map), retired = @retired, address = @address, move = @move,
       habit = @habit, notes = @notes, gaps = gaps + @gap, reports = reports + @added
     where id = @feed`,
    {
      feed: outcome.feed,
      at: outcome.at,
      failed: outcome.status === 'failed' ? 1 : 0,
      status: outcome.status,
      nextPoll: outcome.nextPoll,
      reason: outcome.reason,
      // `1.1h` is no whole number of milliseconds to a computer, and the column takes no other.
      interval: update.interval === null ? null : Math.round(update.interval),
      failures: update.failures,
      error,
      warnings,
      title: update.title,
      language: update.language,
      hasValidators: update.validators ? 1 : 0,
      etag: update.validators?.etag ?? null,
      lastModified: update.validators?.lastModified ?? null,
      bodyHash: update.bodyHash,
      ofMap: update.ofMap === undefined ? null : update.ofMap ? 1 : 0,
      retired: update.retired ? 1 : 0,
      address: update.address,
      move: update.move === null ? null : JSON.stringify(update.move),
      habit: update.habit,
      notes: JSON.stringify(update.notes),
      gap: outcome.gap === null ? 0 : 1,
      added,
    },
  )
  if (update.parts) keepMapParts(sql, outcome.feed, update.parts)
  // Counting new reports for their agency does it too.
  if (counts.revision > 0) bumpVersion(sql)
}

/** The part of a filing that records polls. `added`: reports by feed that are not counted yet; `kept`: how long polls are listed. */
export function recordingPolls(
  sql: WritableSql,
  added: Map<number, number>,
  kept: () => Millis,
): Pick<Filing, 'openPoll' | 'countPoll' | 'recordPoll'> {
  /** By feed, the day on which its old polls were last deleted. */
  const tidied = new Map<number, number>()
  const tidy = ({ feed, at }: PollOutcome): void => {
    const day = Math.floor(at / DAY)
    if (tidied.get(feed) === day) return
    sql.run('delete from x_polls where feed = ? and at < ?', [feed, at - kept()])
    tidied.set(feed, day)
  }
  return {
    openPoll: (feed, at, status = 'interrupted') =>
      number(
        sql.get(
          `insert into x_polls (feed, at, ms, status, entries, new, revision, copy, unchanged, rejected)
           values (?, ?, 0, ?, 0, 0, 0, 0, 0, 0) returning id`,
          [feed, at, status],
        )?.['id'],
      ),
    countPoll: (poll, counts) => {
      sql.run(
        `update x_polls set entries = @entries, new = @new, revision = @revision, copy = @copy, unchanged = @unchanged,
           rejected = @rejected where id = @poll`,
        { poll, ...counts },
      )
      if (counts.revision > 0) bumpVersion(sql)
    },
    recordPoll: (outcome, update, poll = null) => {
      recordPoll(sql, outcome, update, poll, added.get(outcome.feed) ?? 0)
      added.delete(outcome.feed)
      tidy(outcome)
    },
  }
}

/** Released at once: enough to see what a document's entries have in common, little enough to hold nothing up. */
const RELEASED_ENTRIES = 300
const RELEASED_CHARACTERS = 4 * 1_048_576

/** The next of a feed's entries whose embargo has ended, and the keys of all that were looked at (`Store.held`). */
export function heldOf(sql: Sql, seal: Seal, feed: number, now: Millis): { entries: string[]; keys: string[] } {
  const entries: string[] = []
  const keys: string[] = []
  const rows = sql.all(
    `select key, size from x_held where feed = @feed and until <= @now order by until, key limit @most`,
    { feed, now, most: RELEASED_ENTRIES },
  )
  let characters = 0
  for (const { key = '', size } of rows) {
    characters += Number(size)
    if (keys.length > 0 && characters > RELEASED_CHARACTERS) break
    keys.push(String(key))
    const row = sql.get('select sealed from x_held where feed = @feed and key = @key', { feed, key })
    const entry = seal.open(String(row?.['sealed']))
    if (entry !== null) entries.push(entry)
  }
  return { entries, keys }
}

/** The part of a filing that keeps entries back. */
export function holdingBack(sql: WritableSql, seal: Seal): Pick<Filing, 'holdBack' | 'dropHeld'> {
  return {
    holdBack: (feed, guid, until, now, entry) => {
      const key = nameOf(guid)
      const mark = seal.mark(entry)
      const kept = sql.get('select until, mark, size from x_held where feed = ? and key = ?', [feed, key])
      if (kept?.['until'] === until && kept['mark'] === mark) return true
      const sums = sql.get('select entries, bytes from x_held_sums where feed = ?', [feed])
      const others = Number(sums?.['entries'] ?? 0) - (kept ? 1 : 0)
      const size = Number(sums?.['bytes'] ?? 0) - Number(kept?.['size'] ?? 0) + entry.length
      if (others >= HELD_ENTRIES || size > HELD_CHARACTERS) return false
      sql.run(
        `insert into x_held (feed, key, until, first_seen, size, mark, sealed) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (feed, key) do update set until = excluded.until, size = excluded.size, mark = excluded.mark,
           sealed = excluded.sealed`,
        [feed, key, until, now, entry.length, mark, seal.close(entry)],
      )
      return true
    },
    dropHeld: (feed, keys) => {
      for (const key of keys) sql.run('delete from x_held where feed = ? and key = ?', [feed, key])
    },
  }
}
