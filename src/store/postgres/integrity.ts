// Whether what is on file in a PostgreSQL database belongs together.
import type { WritableSql } from '../sql.ts'

/** The server looks after its files; what ours claim of each other is asked. */
export function integrityOf(sql: WritableSql): string {
  const row = sql.get(
    `select (select count(*) from x_stories s where not exists (select 1 from x_reports r where r.id = s.lead)) as leads,
            (select count(*) from x_reports r where not exists (select 1 from x_search f where f.report = r.id)) as words`,
  )
  const [leads, words] = [Number(row?.['leads']), Number(row?.['words'])]
  if (leads > 0) return `${leads} stories without a lead`
  return words > 0 ? `${words} reports without words to be found by` : 'ok'
}
