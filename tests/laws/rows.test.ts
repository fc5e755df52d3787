// Inserts that follow one another go to PostgreSQL as statements of several rows, and nothing else is changed.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Statement } from '../../src/store/postgres/protocol.ts'
import { joined } from '../../src/store/postgres/rows.ts'

const TEXTS = {
  plain: 'insert into x_credits (report, agency, name) values ($1, $2, $3)',
  upsert: `insert into x_pages (report, agency, host) values ($1, $2, $3)
    on conflict (report, host) do update set agency = excluded.agency`,
  skipping: 'insert into x_credits (report, agency, name) values ($1, $2, $3) on conflict do nothing',
  giving: 'insert into x_credits (report, agency, name) values ($1, $2, $3) returning report',
  computed: `insert into x_search (report, agency, words) values ($1::bigint, $2, array(select value from texts($3::text)))
    on conflict (report) do update set words = excluded.words`,
  crossed: 'insert into x_credits (report, agency, name) values ($2, $1, $3)',
  hidden: `insert into x_credits (report, agency, name) values (lower($1), $2, $3) on conflict (report) do update set name = excluded.name`,
  update: 'update x_credits set report = $1, agency = $2 where name = $3',
  other: 'insert into x_polls (feed, at, ms) values ($1, $2, $3)',
  counting: 'update x_feeds set reports = reports + $1, title = coalesce($2, title) where id = $3',
  reading: 'update x_agencies set reports = (select $1 + $2) where id = $3',
}
type Kind = keyof typeof TEXTS

const statement = fc
  .record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<Kind>('plain', 'upsert', 'computed', 'other', 'counting') },
      { weight: 1, arbitrary: fc.constantFrom<Kind>('skipping', 'giving', 'crossed', 'hidden', 'update', 'reading') },
    ),
    repeat: fc.oneof(
      { weight: 2, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 70 }) },
    ),
    key: fc.nat(40),
    named: fc.boolean(),
  })
  .chain(({ kind, repeat, key, named }) =>
    fc.constant(
      Array.from(
        { length: repeat },
        (_, at): Statement => ({
          text: TEXTS[kind],
          // Every so often a key comes again.
          values: [(at * 7 + key) % 40, `agency ${at}`, key],
          name: named ? kind : null,
        }),
      ),
    ),
  )

const WITH = /w\d+ as \(([\s\S]*?) returning 1\)(?=, w\d| select \(select)/g

/** The statements that one of several tables stands for. */
function partsOf({ text, values, name }: Statement): Statement[] {
  if (!text.startsWith('with ')) return [{ text, values, name }]
  const parts = [...text.matchAll(WITH)].map(([, part = '']) => part)
  expect(text.endsWith(` select ${parts.map((_, at) => `(select count(*) from w${at})`).join(', ')}`)).toBe(true)
  return parts.map((part, at) => ({
    text: part.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) - at * 3}`),
    values: values.slice(at * 3, at * 3 + 3),
    name: 'part',
  }))
}

/** The statements that one of several rows stands for. */
function rowsOf({ text, values, name }: Statement): { text: string; values: unknown }[] {
  const kind = Object.keys(TEXTS).find(kind => name?.replace(/x\d+$/, '') === kind) as Kind | undefined
  if (kind === undefined) return [{ text, values }]
  const [, head = '', row = '', tail = ''] =
    /^([\s\S]*?values )(\([\s\S]*?)((?: *\n? *on conflict| returning)[\s\S]*)?$/.exec(TEXTS[kind]) ?? []
  const count = values.length / 3
  const rows = Array.from({ length: count }, (_, at) =>
    row.replace(/\$(\d)/g, (_, number) => `$${at * 3 + Number(number)}`),
  )
  if (head !== '') expect(text).toBe(`${head}${rows.join(', ')}${tail}`)
  return rows.map((_, at) => ({ text: TEXTS[kind], values: values.slice(at * 3, at * 3 + 3) }))
}

it('rows keep their order and their values, each statement has its count, and no key stands twice in one (law)', () => {
  let together = 0
  let beside = 0
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 10 }), lists => {
      const given = lists.flat()
      const out = joined(given)
      const told = (one: Statement) => partsOf(one).flatMap(rowsOf)
      expect(out.flatMap(one => told(one.statement))).toEqual(given.map(({ text, values }) => ({ text, values })))
      expect(out.reduce((sum, { stands }) => sum + stands, 0)).toBe(given.length)
      for (const { statement, stands, tells } of out) {
        expect(told(statement)).toHaveLength(stands)
        if (stands === 1) continue
        const numbers = [...statement.text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))
        expect(numbers).toEqual(statement.values.map((_, at) => at + 1))
        if (tells) {
          const tables = partsOf(statement).map(({ text }) => /(?:into|update) (\w+)/.exec(text)?.[1])
          expect(new Set(tables).size).toBe(stands)
          for (const { text } of partsOf(statement)) expect(text).not.toMatch(/select|returning|do nothing/)
          beside++
          continue
        }
        together++
        expect(statement.name).toMatch(/^(?:plain|upsert|computed|other)x\d+$/)
        const keys = rowsOf(statement).map(({ values }) =>
          JSON.stringify([(values as number[])[0], (values as number[])[2]]),
        )
        if (statement.name?.startsWith('upsert')) expect(new Set(keys).size).toBe(keys.length)
      }
    }),
    { numRuns: 300 },
  )
  expect(together).toBeGreaterThan(200)
  expect(beside).toBeGreaterThan(20)
})
