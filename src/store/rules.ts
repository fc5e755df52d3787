// What the tables claim of one another, as queries that find where a claim does not hold. They share nothing with the code that
// writes: `minwal doctor` asks them.

/** What counts anew can mend. */
export type Countable = 'agency' | 'feed' | 'story' | 'thread'

export interface StoreRule {
  /** What is wrong where a row is found, in the plural. */
  says: string
  /** Rows that break it. The first column names the row. */
  query: string
  /** What the first column names, where counting it anew mends the fault; null where that does not. */
  counts: Countable | null
}

/** What each agency has in each thread, as the rows say. */
const PARTS = `select s.thread, r.agency, count(*) as reports, min(r.time) as first
  from x_reports r join x_stories s on s.id = r.story group by s.thread, r.agency`

export const STORE_RULES: readonly StoreRule[] = [
  {
    says: 'agencies that miscount their reports',
    query: `select a.id from x_agencies a left join (select agency, count(*) as n from x_reports group by agency) r on r.agency = a.id
      where a.reports <> coalesce(r.n, 0)`,
    counts: 'agency',
  },
  {
    says: 'feeds that miscount their reports',
    query: `select f.id from x_feeds f left join (select feed, count(*) as n from x_reports group by feed) r on r.feed = f.id
      where f.reports <> coalesce(r.n, 0)`,
    counts: 'feed',
  },
  {
    says: 'stories that miscount their reports or agencies, or are dated otherwise than their first report',
    query: `select s.id from x_stories s join
        (select story, count(*) as n, count(distinct agency) as a, min(time) as t from x_reports group by story) r on r.story = s.id
      where s.reports <> r.n or s.agencies <> r.a or s.time <> r.t`,
    counts: 'story',
  },
  {
    says: 'stories led by a report of another',
    query: `select s.id from x_stories s join x_reports f on f.story = s.id
      where not exists (select 1 from x_reports r where r.id = s.lead and r.story = s.id) group by s.id`,
    counts: 'story',
  },
  {
    says: 'threads that miscount their stories, reports or agencies, or begin or end at another time than their stories',
    query: `select t.id from x_threads t join
        (select s.thread, count(distinct s.id) as s, count(*) as r, count(distinct r.agency) as a, min(s.time) as first,
           max(s.time) as last
         from x_stories s join x_reports r on r.story = s.id group by s.thread) n on n.thread = t.id
      where t.stories <> n.s or t.reports <> n.r or t.agencies <> n.a or t.first <> n.first or t.last <> n.last`,
    counts: 'thread',
  },
  {
    says: 'threads led by a story of another',
    query: `select t.id from x_threads t
      where not exists (select 1 from x_stories s where s.id = t.lead and s.thread = t.id)
        and exists (select 1 from x_stories s where s.thread = t.id)`,
    counts: 'thread',
  },
  {
    says: "threads that miscount an agency's part",
    query: `select thread from (select thread, agency, reports, first from x_thread_agencies except ${PARTS}) as missing
      union select thread from (${PARTS} except select thread, agency, reports, first from x_thread_agencies) as surplus`,
    counts: 'thread',
  },
  {
    says: 'stories without a report',
    query: 'select id from x_stories where id not in (select story from x_reports)',
    counts: null,
  },
  {
    says: 'threads without a story',
    query: 'select id from x_threads where id not in (select thread from x_stories)',
    counts: null,
  },
  {
    says: 'ids that were merged into what is not there',
    query: `select what || ' ' || id from x_redirects d
      where case what when 'thread' then d.target not in (select id from x_threads) else d.target not in (select id from x_stories) end`,
    counts: null,
  },
]

/** Recent stories that the index of threads would not find; features of old ones are forgotten. Filing makes what is missing. */
export const MISSING_FEATURES = `select count(*) from x_stories
  where time >= (select max(time) from x_stories) - 86400000 and id not in (select story from x_story_features)`
