// Marks of threads: digests of the rows that their pages are made of, read without texts.
import { createHash } from 'node:crypto'
import type { Reader } from '../../model/shown.ts'
import { number } from '../rows.ts'
import type { Sql } from '../sql.ts'

const CHOSEN = `
with chosen as materialized (
  select id from x_threads where last >= @since
  union select id from x_threads where id in (select value from numbers(@also)))`

/** Each in the order of threads. What a text says is in its hash and in the number of its revisions. */
const PARTS = [
  `${CHOSEN} select t.id as "of", t.key, t.lead, t.title, t.language, t.first, t.last, t.updated, t.sources
   from chosen c join x_threads t on t.id = c.id order by t.id`,
  `${CHOSEN} select s.thread as "of", s.id, s.key, s.lead, s.language, s.time, s.updated, s.origin, s.origin_name, s.sources,
     s.central, s.placement, s.provenance
   from chosen c join x_stories s on s.thread = c.id order by s.thread, s.id`,
  `${CHOSEN} select s.thread as "of", r.id, r.story, r.agency, r.language, r.published, r.first_seen, r.changed, r.time, r.signal,
     r.hash, r.joined_by, r.similarity, r.coverage, r.revisions, r.stale, r.own_url, r.own_guid, r.canonical_url,
     r.evidence, r.furniture, r.categories, r.authors, r.enclosures
   from chosen c join x_stories s on s.thread = c.id join x_reports r on r.story = s.id order by s.thread, r.id`,
  `${CHOSEN} select l.thread as "of", l.other, l.kind, l.score, t.title, t.language, t.first, t.last
   from chosen c join x_thread_links l on l.thread = c.id join x_threads t on t.id = l.other order by l.thread, l.other`,
  `${CHOSEN} select d.target as "of", d.id
   from chosen c join x_redirects d on d.what = 'thread' and d.target = c.id order by d.target, d.id`,
  `${CHOSEN} select s.thread as "of", d.id, d.target
   from chosen c join x_stories s on s.thread = c.id join x_redirects d on d.what = 'story' and d.target = s.id
   order by s.thread, d.id`,
]

export function markReader(sql: Sql): Pick<Reader, 'threadMarks'> {
  return {
    threadMarks: (since, also) => {
      const marks = new Map<number, string>()
      const asked = { since, also: JSON.stringify(also) }
      for (const part of PARTS) {
        let of = 0
        let rows: string[] = []
        const note = (): void => {
          if (rows.length === 0) return
          const hash = createHash('sha256').update(marks.get(of) ?? '')
          marks.set(of, hash.update(rows.join('\n')).digest('base64url'))
        }
        for (const row of sql.each(part, asked)) {
          const next = number(row['of'])
          if (next !== of) {
            note()
            rows = []
            of = next
          }
          rows.push(JSON.stringify(Object.values(row)))
        }
        note()
      }
      return marks
    },
  }
}
