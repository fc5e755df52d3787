// Writes what is judged of stories on file: whose copies they are, and which of them speaks for its thread.
import { setCentral, setOrigins } from '../counts.ts'
import { membersSoon } from '../read/facts.ts'
import type { WritableSql } from '../sql.ts'
import type { Filing, JudgedStory } from '../store.ts'

/** How much of a story each of its reports carries, and which still run an old text of it. */
function writeRuns(sql: WritableSql, story: number, { stale, runs }: JudgedStory): void {
  // A story of one report: nothing to compare.
  if (runs.length === 0 && stale.length === 0) return
  sql.run(
    `update x_reports set coverage = (select cast(value ->> 'share' as real) from objects(@runs)
       where cast(value ->> 'report' as integer) = x_reports.id)
     where id in (select cast(value ->> 'report' as integer) from objects(@runs)
       where cast(value ->> 'share' as real) <> (select coverage from x_reports x where x.id = cast(value ->> 'report' as integer)))`,
    { runs: JSON.stringify(runs) },
  )
  sql.run(
    `update x_reports set stale = iif(id in (select value from numbers(@stale)), 1, 0)
     where story = @story and stale <> iif(id in (select value from numbers(@stale)), 1, 0)`,
    { story, stale: JSON.stringify(stale) },
  )
}

/** The part of a filing that judges stories on file. */
export function judgingStories(sql: WritableSql): Pick<Filing, 'judgeStories' | 'setCentral' | 'dropFlashes'> {
  return {
    dropFlashes: story =>
      void sql.run('delete from x_flashes where report in (select id from x_reports where story = ?)', [story]),
    judgeStories: (stories, limit, judge) => {
      const asked = [...stories].map(story => ({
        story,
        members: membersSoon(sql, story, limit),
        was: sql.soon('select thread, origin, origin_name from x_stories where id = ?', [story]),
      }))
      const judged = asked.flatMap(({ story, members, was }) => {
        const is = judge(members())
        return is === null ? [] : { story, is, was: was.rows[0] }
      })
      setOrigins(sql, judged)
      for (const { story, is } of judged) writeRuns(sql, story, is)
    },
    setCentral: (thread, story) => setCentral(sql, thread, story),
  }
}
