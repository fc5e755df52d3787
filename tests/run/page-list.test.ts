// Pages with lists through the real poll: real HTTP, a real store, real reader threads, and a clock that jumps.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { judgeList, SHORT_POLLS, standingLinks } from '../../src/decide/lists.ts'
import type { PollOutcome } from '../../src/model/decided.ts'
import { Poller } from '../../src/run/poller.ts'
import { newDatabase } from '../helpers/engine.ts'
import { type Answer, feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { pollingFor } from '../helpers/polling.ts'
import { rowsIn } from '../helpers/rows.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-03-02T12:00:00Z')

async function newsroom(feed: object) {
  const text = JSON.stringify({
    database: newDatabase(join(folder(), 'minwal.db')),
    poll: { allowPrivate: true },
    agencies: [{ id: 'marfa', name: 'المرفأ', feeds: [feed] }],
  })
  const parsed = parseConfig(text, join(folder(), 'config.json'), {})
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const { config } = parsed
  let clock = START
  const polling = await pollingFor(config, { now: () => clock })
  return {
    state: () => polling.reader.feeds()[0],
    pass: (ms: number) => {
      clock += ms
    },
    poll: async (): Promise<PollOutcome> => {
      const outcomes: PollOutcome[] = []
      const poller = new Poller(
        () => polling,
        outcome => outcomes.push(outcome),
      )
      poller.add(polling.reader.feeds())
      await poller.idle()
      const [outcome] = outcomes
      if (outcome === undefined) throw new Error('nothing was polled')
      return outcome
    },
    rows: (sql: string): Record<string, unknown>[] => rowsIn(config.database, sql),
  }
}

const HEADLINES = [
  'افتتاح جسر جديد فوق النهر في العاصمة',
  'البرلمان يقر قانون المياه بعد نقاش طويل',
  'حريق في مستودع للأخشاب قرب الميناء القديم',
  'منتخب الشباب يبلغ نصف النهائي',
  'ارتفاع أسعار القمح للشهر الثالث',
  'علماء يكتشفون نوعا من الأسماك في البحر الأحمر',
]

interface Card {
  path: string
  title: string
  when?: string
}

const cards = (count: number, when?: string): Card[] =>
  HEADLINES.slice(0, count).map((title, at) => ({ path: `/n/${at}`, title, ...(when === undefined ? {} : { when }) }))

/** Each answer differs in a number that says nothing. */
function pageOf(list: readonly Card[], kind = 'card'): string {
  const items = list.map(
    ({ path, title, when }) =>
      `<div class="${kind}"><a href="${path}"><h3>${title}</h3></a><span>${when ?? ''}</span></div>`,
  )
  return `<html lang="ar"><head><title>المرفأ</title></head><body data-nonce="${Math.random()}">${items.join('')}</body></html>`
}

const asked = (paths: readonly string[]) => paths.filter(path => path !== '/robots.txt')

describe('a page that is polled', () => {
  it('files its list once, however often its bytes change, and asks for no report', async () => {
    const server = await feedServer({ '/news': (_, response) => response.end(pageOf(cards(3))) })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    expect((await room.poll()).counts).toMatchObject({ entries: 3, new: 3 })
    room.pass(HOUR)
    expect((await room.poll()).status).toBe('unchanged')
    server.answers.set('/news', (_, response) => void response.end(pageOf(cards(4).slice(1))))
    room.pass(HOUR)
    expect((await room.poll()).counts).toMatchObject({ entries: 3, new: 1, unchanged: 2, revision: 0 })
    expect(room.rows('select count(*) as n from report')).toEqual([{ n: 4 }])
    expect(asked(server.requests)).toEqual(['/news', '/news', '/news'])
  })

  it('keeps the date of first sight, whatever the page says later', async () => {
    const server = await feedServer({
      '/news': pageOf([...cards(2, 'منذ ٣ ساعات'), { path: '/n/9', title: 'بلا تاريخ' }]),
    })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    await room.poll()
    server.answers.set(
      '/news',
      pageOf([
        { ...(cards(1)[0] as Card), when: 'منذ ٤ ساعات', title: 'افتتاح الجسر الجديد وسط احتفال كبير' },
        ...cards(2, 'منذ ٣ ساعات').slice(1),
        { path: '/n/9', title: 'بلا تاريخ' },
      ]),
    )
    room.pass(5 * HOUR)
    expect((await room.poll()).counts).toMatchObject({ new: 0, revision: 1, unchanged: 2 })
    expect(room.rows('select url, published, first_seen from report order by url')).toEqual([
      { url: `${server.origin}/n/0`, published: START - 3 * HOUR, first_seen: START },
      { url: `${server.origin}/n/1`, published: START - 3 * HOUR, first_seen: START },
      { url: `${server.origin}/n/9`, published: null, first_seen: START },
    ])
  })

  it('that falls to nothing or to half is a failure that names the selector, and takes nothing out', async () => {
    const server = await feedServer({ '/news': pageOf(cards(6)) })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    await room.poll()
    server.answers.set('/news', pageOf(cards(6), 'tile'))
    room.pass(HOUR)
    expect((await room.poll()).failure).toMatchObject({
      kind: 'document',
      message: expect.stringContaining('the selector ".card" of "items" finds nothing on the page'),
    })
    server.answers.set('/news', pageOf(cards(2)))
    room.pass(HOUR)
    expect((await room.poll()).failure?.message).toContain(
      'the selector ".card" of "items" finds 2 entries where 6 are usual, and nothing was filed',
    )
    expect(room.state()?.failures).toBe(2)
    server.answers.set('/news', pageOf(cards(5)))
    room.pass(HOUR)
    expect((await room.poll()).counts).toMatchObject({ entries: 5, unchanged: 5 })
    expect(room.rows("select count(*) as n from report where signal = 'kill'")).toEqual([{ n: 0 }])
  })

  it('is not asked for where robots.txt forbids it', async () => {
    const server = await feedServer({ '/news': pageOf(cards(3)), '/robots.txt': 'User-agent: *\nDisallow: /news' })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    expect((await room.poll()).failure?.message).toContain('/robots.txt forbids')
    expect(asked(server.requests)).toEqual([])
  })

  it('is not read where it asks robots not to follow its links, in header or meta, but where the feed overrules that', async () => {
    const says = (tag: string | null, head = '') =>
      ((_, response) => {
        if (tag !== null) response.setHeader('x-robots-tag', tag)
        response.end(pageOf(cards(3)).replace('<title>', `${head}<title>`))
      }) satisfies Answer
    const server = await feedServer({ '/news': says('googlebot: noindex, minwal: nofollow') })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    expect((await room.poll()).failure?.message).toBe(
      'the page asks robots not to follow its links (its X-Robots-Tag says "nofollow"); where its owner allows it all the same, set "robots": "ignore" for the feed',
    )
    server.answers.set('/news', says(null, '<meta name="robots" content="none">'))
    room.pass(HOUR)
    expect((await room.poll()).failure?.message).toContain('(its <meta name="robots"> says "none")')
    // Lists are often none of the results of a search, for the reports on them are.
    server.answers.set('/news', says('noindex', '<meta name="robots" content="noarchive, follow">'))
    room.pass(HOUR)
    expect((await room.poll()).counts).toMatchObject({ entries: 3, new: 3 })
    server.answers.set('/news', says('none'))
    const other = await newsroom({ page: `${server.origin}/news`, items: '.card', robots: 'ignore' })
    expect((await other.poll()).counts).toMatchObject({ entries: 3, new: 3 })
  })
})

describe('links that stand in a list at every poll', () => {
  const DAY = 24 * HOUR
  /** Two links that are no reports, one of them with a headline of its day, and the four newest of all reports. */
  const listAt = (day: number): Card[] => [
    { path: '/about', title: 'عن الوكالة وفريق التحرير فيها' },
    { path: '/weather', title: `الطقس اليوم ${10 + day} درجة` },
    ...Array.from({ length: 4 }, (_, at) => {
      const number = day * 2 + 3 - at
      return { path: `/n/${number}`, title: `${HEADLINES[number % 6]} ${number}` }
    }),
  ]

  it('without a date are left out once a week and two lists have gone by, and no report is', async () => {
    const server = await feedServer({ '/news': pageOf(listAt(0)) })
    const room = await newsroom({ page: `${server.origin}/news`, items: '.card' })
    for (let day = 0; day < 12; day++) {
      server.answers.set('/news', pageOf(listAt(day)))
      expect((await room.poll()).failure ?? null).toBe(null)
      room.pass(DAY)
    }
    expect(room.rows("select count(*) as n from report where url like '%/n/%'")).toEqual([{ n: 26 }])
    expect(room.rows("select max(r.revisions) as n from report r where url like '%/weather'")).toEqual([{ n: 8 }])
    expect(room.state()?.warnings).toContain(
      '2 links without a date stand in the list at every poll, as navigation does: left out',
    )
    // The report stays on file, and the same link with a date is news again.
    server.answers.set('/news', pageOf([...listAt(12), { path: '/weather', title: 'عاصفة تقترب', when: '2026-03-14' }]))
    expect((await room.poll()).counts).toMatchObject({ entries: 5, new: 2, revision: 1 })
    // What is left of a page that was rebuilt is not taken for its list.
    server.answers.set('/news', pageOf(listAt(12).slice(0, 2)))
    room.pass(DAY)
    expect((await room.poll()).failure?.message).toContain('nothing but links that have stood in it for long')
  }, 60_000)

  it('are all on file: no link is left out at its first sight, nor one that the list has dropped in its turn (law)', () => {
    const hash = (usual: number) => `page 01234567 ${usual} ${'a'.repeat(32)}`
    const item = fc.record({ path: fc.integer({ min: 0, max: 30 }), isDated: fc.boolean() })
    const poll = fc.record({
      pause: fc.integer({ min: 1, max: 5 * 24 }),
      list: fc.array(item, { minLength: 1, maxLength: 8 }),
    })
    fc.assert(
      fc.property(fc.array(poll, { maxLength: 40 }), polls => {
        const onFile = new Map<number, { url: string; isDated: boolean; firstSeen: number; lastSeen: number }>()
        let now = START
        let usual = 0
        for (const { pause, list } of polls) {
          now += pause * HOUR
          const standing = new Set(standingLinks([...onFile.values()], usual === 0 ? null : hash(usual)))
          for (const { path, isDated } of list) {
            const url = String(path)
            const known = onFile.get(path)
            if (standing.has(url)) {
              expect(known).toBeDefined()
              const newer = [...onFile.values()].filter(
                ({ firstSeen }) => firstSeen > (known?.firstSeen ?? 0) && firstSeen <= (known?.lastSeen ?? 0),
              )
              expect(newer.length).toBeGreaterThanOrEqual(2 * usual)
              if (!isDated) continue
            }
            if (known) Object.assign(known, { lastSeen: now, isDated: known.isDated || isDated })
            else onFile.set(path, { url, isDated, firstSeen: now, lastSeen: now })
          }
          usual = Math.max(usual, list.length)
          for (const { path } of list) expect(onFile.has(path)).toBe(true)
        }
      }),
    )
  })
})

describe('what is usual on a page', () => {
  const rules = { items: 'li', title: null, link: null, time: null, summary: null, zone: null }
  const hash = 'a'.repeat(32)
  const next = (bodyHash: string | null, entries: number, failures = 0) =>
    judgeList({ bodyHash, failures }, { entries, hash }, rules)
  const hashOf = (verdict: ReturnType<typeof judgeList>): string => (verdict.kind === 'news' ? verdict.hash : '')

  it('grows at once and falls slowly, and a list that stays short is believed in the end', () => {
    const first = hashOf(next(null, 20))
    expect(next(first, 20).kind).toBe('same')
    expect(next(first, 9).kind).toBe('short')
    const less = hashOf(judgeList({ bodyHash: first, failures: 0 }, { entries: 12, hash: 'b'.repeat(32) }, rules))
    expect(less).toContain(' 18 ')
    expect(next(less, 9).kind).toBe('news')
    const believed = next(first, 5, SHORT_POLLS)
    expect(hashOf(believed)).toContain(' 5 ')
    expect(next(hashOf(next(null, 3)), 1).kind).not.toBe('short')
  })

  it('is forgotten when the rules change', () => {
    const first = hashOf(next(null, 20))
    expect(judgeList({ bodyHash: first, failures: 3 }, { entries: 4, hash }, { ...rules, items: 'ol > li' }).kind).toBe(
      'news',
    )
  })
})
