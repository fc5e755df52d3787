// What must be true of the database at the end of bench/cluster.ts. A line for each thing that is not.
import { openConnection } from '../../src/store/postgres/connection.ts'
import { postgresSql } from '../../src/store/postgres/sql.ts'
import { audit } from '../../tests/helpers/audit.ts'
import type { Seen, Served } from './feeds.ts'

const SHOWN = 5

interface OnFile {
  feed: string
  guid: string
  n: number
  story: number
}

/** Decisions that were taken twice. What else the database claims of itself is the audit's. */
const RULES: Readonly<Record<string, string>> = {
  'a regrouping that was written twice': `select kind, kept, other, members, count(*) as n from x_regroupings
     group by 1, 2, 3, 4 having count(*) > 1`,
  'a thread that was joined to two others': `select other, count(*) as n from x_regroupings
     where kind = 'merge-threads' group by 1 having count(*) > 1`,
}

export interface Checked {
  faults: string[]
  reports: number
  stories: number
  threads: number
  regroupings: number
}

export function checkDatabase(
  url: string,
  { served, address }: { served: readonly Served[]; address: (feed: number) => string },
): Checked {
  const connection = openConnection(url)
  const sql = postgresSql(connection)
  const faults: string[] = []
  const tell = (what: string, found: readonly unknown[]): void => {
    if (found.length === 0) return
    faults.push(
      `${found.length} × ${what}: ${found
        .slice(0, SHOWN)
        .map(one => JSON.stringify(one))
        .join(' ')}`,
    )
  }
  try {
    const rows = sql.all(
      `select f.url as feed, r.guid, count(*) as n, min(r.story) as story from x_reports r join x_feeds f on f.id = r.feed group by 1, 2`,
    ) as unknown as OnFile[]
    const byName = new Map(rows.map(row => [`${row.feed} ${row.guid}`, row]))
    const nameOf = ({ feed, guid }: Served): string => `${address(feed)} ${guid}`
    const named = new Set(served.map(nameOf))
    tell(
      'an entry that was served and is not on file',
      served.map(nameOf).filter(name => !byName.has(name)),
    )
    tell(
      'a report that nobody served',
      [...byName.keys()].filter(name => !named.has(name)),
    )
    tell(
      'an entry filed more than once',
      rows.filter(({ n }) => n > 1),
    )
    const storiesOf = new Map<number, Set<number>>()
    const textsOf = new Map<number, Set<number>>()
    for (const entry of served) {
      const story = byName.get(nameOf(entry))?.story
      if (story === undefined) continue
      addTo(storiesOf, entry.text, story)
      addTo(textsOf, story, entry.text)
    }
    tell('a text whose copies are in several stories', several(storiesOf))
    tell('a story of several texts', several(textsOf))
    for (const [what, query] of Object.entries(RULES)) tell(what, sql.all(query))
    faults.push(...audit(url))
    tell(
      'a call that nobody has answered',
      sql.all('select id, method, at::text as at from x_calls where answered is null'),
    )
    const count = (table: string): number => Number(sql.get(`select count(*) as n from ${table}`)?.['n'])
    return {
      faults,
      reports: count('x_reports'),
      stories: count('x_stories'),
      threads: count('x_threads'),
      regroupings: count('x_regroupings'),
    }
  } finally {
    connection.close()
  }
}

function addTo(sets: Map<number, Set<number>>, key: number, value: number): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}

const several = (sets: ReadonlyMap<number, ReadonlySet<number>>): object[] =>
  [...sets].filter(([, set]) => set.size > 1).map(([of, set]) => ({ of, in: [...set] }))

/** Whether each host was asked as politely as the configuration says, as the host saw it. */
export function checkPoliteness(
  seen: readonly Seen[],
  { hostDelay, perHost }: { hostDelay: number; perHost: number },
): string[] {
  const faults: string[] = []
  for (const { host, when, tooClose, most } of seen) {
    const [closest] = tooClose
    if (closest !== undefined)
      faults.push(
        `${host} was asked ${tooClose.length} times sooner than ${hostDelay} ms after the last, once after ${closest.toFixed(1)} ms, at ${when}`,
      )
    if (most > perHost) faults.push(`${host} was asked for ${most} documents at once, and ${perHost} are allowed`)
  }
  return faults
}
