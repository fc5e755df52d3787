// Notices: what each rule has told, and what waits to be told. Each key is told once by each rule.
import type { Notice, NoticeChange, WaitingNotice } from '../model/notify.ts'
import type { Millis } from '../model/units.ts'
import type { Sql, WritableSql } from './sql.ts'

/** The tenth migration. A released migration: never edited. */
export const NOTICES = `
create table x_notices (
  id         integer primary key,
  rule       text not null,
  -- What it is about; '' where the rule began.
  key        text not null,
  at         integer not null,
  -- As JSON; null of what was known when the rule began.
  notice     text,
  attempts   integer not null default 0,
  not_before integer not null default 0,
  -- Null while it waits.
  sent       integer,
  unique (rule, key)
) strict;
create index x_notices_waiting on x_notices (not_before) where sent is null;
`

/** What was told longer ago is forgotten: no rule looks so far back. */
const REMEMBERED: Millis = 90 * 86_400_000

export interface NoticeReader {
  /** Whether a rule has begun: what there was then is known to it. */
  ruleBegan(rule: string): boolean
  /** Which of these keys a rule has told, or is about to. */
  noticesKnown(rule: string, keys: readonly string[]): Set<string>
  /** Those whose time has come, the earliest first. */
  noticesWaiting(now: Millis, limit: number): WaitingNotice[]
}

export function noticeReader(sql: Sql): NoticeReader {
  return {
    ruleBegan: rule => sql.get(`select 1 from x_notices where rule = @rule and key = ''`, { rule }) !== undefined,
    noticesKnown: (rule, keys) =>
      new Set(
        sql
          .all(`select key from x_notices where rule = @rule and key in (select value from texts(@keys))`, {
            rule,
            keys: JSON.stringify(keys),
          })
          .map(({ key = '' }) => String(key)),
      ),
    noticesWaiting: (now, limit) =>
      sql
        .all(
          // A time that a clock ahead of itself has set is waited for an hour at most.
          `select id, rule, notice, attempts from x_notices
           where sent is null and (not_before <= @now or not_before > @now + 3700000) order by id limit @limit`,
          { now, limit },
        )
        .map(({ id, rule, notice, attempts }) => ({
          id: Number(id),
          rule: String(rule),
          notice: JSON.parse(String(notice)) as Notice,
          attempts: Number(attempts),
        })),
  }
}

/** All of the changes, or none. No transaction may be open. */
export function changeNotices(sql: WritableSql, changes: readonly NoticeChange[]): void {
  sql.run('begin immediate')
  try {
    for (const change of changes) changeNotice(sql, change)
    sql.run('commit')
  } catch (error) {
    sql.run('rollback')
    throw error
  }
}

function changeNotice(sql: WritableSql, change: NoticeChange): void {
  switch (change.kind) {
    case 'begin':
      sql.run(
        `insert or ignore into x_notices (rule, key, at, sent)
         select @rule, value, @at, @at from texts(@keys)`,
        { rule: change.rule, at: Math.round(change.at), keys: JSON.stringify(['', ...change.keys]) },
      )
      break
    case 'add': {
      const { rule, key, notice } = change
      const at = Math.round(notice.at)
      sql.run(`insert or ignore into x_notices (rule, key, at, notice) values (@rule, @key, @at, @notice)`, {
        rule,
        key,
        at,
        notice: JSON.stringify(notice),
      })
      sql.run(`delete from x_notices where sent < @before and key <> ''`, { before: at - REMEMBERED })
      break
    }
    case 'sent':
      sql.run('update x_notices set sent = @at where id = @id', { id: change.id, at: Math.round(change.at) })
      break
    case 'failed':
      sql.run('update x_notices set attempts = attempts + 1, not_before = @notBefore where id = @id', {
        id: change.id,
        notBefore: Math.round(change.notBefore),
      })
      break
    case 'keep':
      sql.run('delete from x_notices where rule not in (select value from texts(@rules))', {
        rules: JSON.stringify(change.rules),
      })
  }
}
