// What is joined or parted after it was filed: threads and stories, by the review or by an editor's hand. Each change is
// logged, so that other processes' indexes catch up with it; an id that was merged redirects for ever.

import { recountThread, refresh } from './counts.ts'
import { NEXT_STORY, NEXT_THREAD } from './ids.ts'
import { decisionsOf } from './read/threads.ts'
import { number, regrouped } from './rows.ts'
import { bumpVersion, type WritableSql } from './sql.ts'
import type { Reason, Regrouped, Regrouping } from './store.ts'

/** Where an id that was merged leads today; the id itself where it was not. */
export function resolve(sql: WritableSql, what: 'story' | 'thread', id: number): number {
  const row = sql.get('select target from x_redirects where what = @what and id = @id', { what, id })
  return row ? Number(row['target']) : id
}

type Threads = Pick<Regrouping, 'mergeThreads' | 'splitThread' | 'moveStories'>
type Stories = Pick<Regrouping, 'mergeStories' | 'splitStory'>

/** The part of a filing that joins and parts. All ids must exist; the caller has resolved redirects. */
export function regrouping(sql: WritableSql): Regrouping {
  return {
    ...threadRegrouping(sql),
    ...storyRegrouping(sql),
    storiesOf: thread => storiesOf(sql, thread),
    reportsOf: story => reportsOf(sql, story),
    regroupedAfter: after =>
      sql.all('select * from x_regroupings where id > @after order by id', { after }).map(regrouped),
    lastRegrouping: () => Number(sql.get('select max(id) as id from x_regroupings')?.['id'] ?? 0),
    decide: decision =>
      void sql.run('insert into x_decisions (at, what, kind, one, other) values (@at, @what, @kind, @one, @other)', {
        at: decision.at,
        what: decision.what,
        kind: decision.kind,
        one: JSON.stringify(decision.one),
        other: JSON.stringify(decision.other),
      }),
    decisions: () => decisionsOf(sql),
    resolve: (what, id) => resolve(sql, what, id),
    link: (thread, links) => {
      sql.run('delete from x_thread_links where thread = @thread', { thread })
      for (const { other, kind, score } of links) {
        sql.run(
          'insert or replace into x_thread_links (thread, other, kind, score) values (@thread, @other, @kind, @score)',
          { thread, other, kind, score },
        )
      }
    },
  }
}

function threadRegrouping(sql: WritableSql): Threads {
  const leave = (thread: number, to: number, stories: readonly number[], why: Reason): void => {
    moveStories(sql, stories, to)
    recountThread(sql, thread, why.at)
    recountThread(sql, to, why.at)
    bumpVersion(sql)
    logged(sql, { ...why, kind: 'split-thread', kept: thread, other: to, members: [...stories] })
  }

  return {
    mergeThreads: (kept, other, why) => {
      const members = storiesOf(sql, other)
      moveStories(sql, members, kept)
      removeThread(sql, other, kept)
      recountThread(sql, kept, why.at)
      bumpVersion(sql)
      return logged(sql, { ...why, kind: 'merge-threads', kept, other, members })
    },
    splitThread: (thread, stories, why) => {
      const opened = openFor(sql, stories)
      leave(thread, opened, stories, why)
      return opened
    },
    moveStories: leave,
  }
}

function storyRegrouping(sql: WritableSql): Stories {
  return {
    mergeStories: (kept, other, why) => {
      const members = reportsOf(sql, other)
      const [thread, emptied] = [threadOf(sql, kept), threadOf(sql, other)]
      const key = String(sql.get('select key from x_stories where id = @other', { other })?.['key'])
      // What the review joins keeps the reason of its own filing; but one report alone has opened the story.
      sql.run(
        `update x_reports set story = @kept,
           similarity = iif(@by = 'review' and joined_by = 'first', coalesce(@score, similarity), similarity),
           joined_by = case when @by = 'editor' then 'editor' when joined_by = 'first' then 'text' else joined_by end
         where story = @other`,
        { kept, other, by: why.by, score: why.score },
      )
      sql.run('delete from x_story_features where story = @other', { other })
      sql.run('update x_threads set lead = null where lead = @other', { other })
      sql.run('delete from x_stories where id = @other', { other })
      redirect(sql, 'story', other, kept, key)
      refresh(sql, kept, why.at)
      if (emptied !== thread && storiesOf(sql, emptied).length === 0) removeThread(sql, emptied, thread)
      else if (emptied !== thread) recountThread(sql, emptied, why.at)
      recountThread(sql, thread, why.at)
      bumpVersion(sql)
      return logged(sql, { ...why, kind: 'merge-stories', kept, other, members })
    },
    splitStory: (story, reports, key, why) => {
      const before = sql.get(`select id from x_redirects where what = 'story' and key = @key`, { key })
      const taken = sql.get('select 1 as taken from x_stories where key = @key', { key }) !== undefined
      const opened = number(
        sql.get(
          `insert into x_stories (id, key, thread, language, time, updated, placement)
           select coalesce(@id, ${NEXT_STORY}), @key, s.thread, r.language, r.time, @at, @placement
           from x_stories s join x_reports r on r.id = @first where s.id = @story returning id`,
          {
            id: before ? Number(before['id']) : null,
            key: taken ? `${key}.${reports[0]}` : key,
            at: why.at,
            first: reports[0] ?? null,
            story,
            placement: JSON.stringify({ kind: 'joined', thread: threadOf(sql, story), score: 1, reasons: [] }),
          },
        )?.['id'],
      )
      if (before) sql.run(`delete from x_redirects where what = 'story' and id = @id`, { id: opened })
      sql.run(`update x_reports set story = @opened, joined_by = @by where id in (select value from numbers(@ids))`, {
        opened,
        // A report that tells another thing now leaves by itself.
        by: why.by === 'editor' ? 'editor' : 'first',
        ids: JSON.stringify(reports),
      })
      refresh(sql, story, why.at)
      refresh(sql, opened, why.at)
      recountThread(sql, threadOf(sql, story), why.at)
      bumpVersion(sql)
      logged(sql, { ...why, kind: 'split-story', kept: story, other: opened, members: [...reports] })
      return opened
    },
  }
}

const logged = (sql: WritableSql, entry: Omit<Regrouped, 'id'>): number =>
  number(
    sql.get(
      `insert into x_regroupings (at, by, kind, kept, other, members, score, reasons)
       values (@at, @by, @kind, @kept, @other, @members, @score, @reasons) returning id`,
      {
        ...entry,
        members: JSON.stringify(entry.members),
        reasons: JSON.stringify(entry.reasons),
      },
    )?.['id'],
  )

/** `id` is no more; it and all that led to it lead to `target`. */
const redirect = (sql: WritableSql, what: 'story' | 'thread', id: number, target: number, key: string): void => {
  sql.run('update x_redirects set target = @target where what = @what and target = @id', { what, id, target })
  sql.run('insert or replace into x_redirects (what, id, target, key) values (@what, @id, @target, @key)', {
    what,
    id,
    target,
    key,
  })
}

const storiesOf = (sql: WritableSql, thread: number): number[] =>
  sql.all('select id from x_stories where thread = @thread order by id', { thread }).map(row => Number(row['id']))

const reportsOf = (sql: WritableSql, story: number): number[] =>
  sql.all('select id from x_reports where story = @story order by id', { story }).map(row => Number(row['id']))

const threadOf = (sql: WritableSql, story: number): number =>
  Number(sql.get('select thread from x_stories where id = @story', { story })?.['thread'])

const moveStories = (sql: WritableSql, stories: readonly number[], thread: number): void => {
  sql.run('update x_stories set thread = @thread where id in (select value from numbers(@ids))', {
    thread,
    ids: JSON.stringify(stories),
  })
}

const removeThread = (sql: WritableSql, thread: number, target: number): void => {
  const key = String(sql.get('select key from x_threads where id = @thread', { thread })?.['key'])
  sql.run('delete from x_thread_agencies where thread = @thread', { thread })
  sql.run('delete from x_thread_links where thread = @thread or other = @thread', { thread })
  sql.run('delete from x_threads where id = @thread', { thread })
  redirect(sql, 'thread', thread, target, key)
}

/**
 * A thread for stories that leave theirs. One that was merged away before comes back under its own id, so that what
 * parts a merge also undoes it for those who kept the address.
 */
const openFor = (sql: WritableSql, stories: readonly number[]): number => {
  const first = sql.get(
    'select id, key, time from x_stories where id in (select value from numbers(@ids)) order by time, id limit 1',
    { ids: JSON.stringify(stories) },
  )
  const key = String(first?.['key'])
  const before = sql.get(`select id from x_redirects where what = 'thread' and key = @key`, { key })
  // A thread's first story may have gone elsewhere, more than once, and left its key behind.
  const taken = (tried: string) =>
    sql.get(
      `select 1 from x_threads where key = @tried union all select 1 from x_redirects where what = 'thread' and key = @tried`,
      { tried },
    ) !== undefined
  let free = key
  if (!before) for (let turn = 2; taken(free); turn++) free = `${key}.${turn}`
  const time = Number(first?.['time'])
  const id = number(
    sql.get(
      `insert into x_threads (id, key, first, last, updated)
       values (coalesce(@id, ${NEXT_THREAD}), @key, @time, @time, @time) returning id`,
      { id: before ? Number(before['id']) : null, key: free, time },
    )?.['id'],
  )
  if (before) sql.run(`delete from x_redirects where what = 'thread' and id = @id`, { id })
  return id
}
