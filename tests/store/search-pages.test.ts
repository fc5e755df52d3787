// The full text has the words of pages: the ones in force, whatever becomes of a page and of its report.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NOTHING_STATED } from '../../src/decide/page.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk } from '../../src/desk/desk.ts'
import { explain } from '../../src/desk/explain.ts'
import { prune } from '../../src/desk/retention.ts'
import { storingAtOnce } from '../../src/desk/storing.ts'
import type { PageAnswer } from '../../src/model/page.ts'
import { find, readTyped, selectionOf } from '../../src/publish/search.ts'
import { mendFullText } from '../../src/store/mend.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { describeTheFile } from '../helpers/engine.ts'
import {
  AGENCIES,
  DAY,
  type Draft,
  FEEDS,
  fileInto,
  HOUR,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from './newsroom.ts'

const [HARIR = '', , MERIDIAN = ''] = FEEDS
const NAMES = wireNames(AGENCIES)

const FERRY = {
  id: 'ferry',
  url: 'https://meridian.example/ferry',
  title: 'Boats to run again on Saturday',
  text: 'Crews of the three ferry lines voted by a wide margin…',
}
const FERRY_PAGE =
  'Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers and sail again.\n' +
  'Some forty thousand people had taken omnibuses around the bay for nine days, and the price of haddock had doubled.'

const NOTHING = { ...NOTHING_STATED, text: null }
const article = (text: string): PageAnswer => ({ ...NOTHING, verdict: 'article', because: 'it has the headline', text })

interface Room {
  store: Store
  desk: Desk
  path: string
  /** What came of asking for the page of a report. */
  page: (report: number, answer: PageAnswer, now?: number) => Promise<string | null>
  /** The feed shows something else now, and what is older than a day goes. */
  forget: (now: number) => Promise<void>
  /** Reports by SQL, as users ask. */
  matching: (words: string) => number[]
}

function room(): Room {
  const path = join(temporaryFolder(), 'news.db')
  const store = openNewsroom({ path })
  // The audit counts reports against what polls have brought.
  store.keepPolls(4000 * DAY)
  const desk = new Desk(store, SETTINGS)
  return {
    store,
    desk,
    path,
    page: (report, answer, now = NOW + 60_000) =>
      desk.pages.file({ report, host: 'meridian.example', answer, attempts: 1, extractor: 1 }, { now, names: NAMES }),
    forget: async now => {
      const last = { id: `last ${now}`, title: `Of day ${now / DAY}`, text: 'Nothing else stands there' }
      fileInto(desk, store, MERIDIAN, [last], now)
      const storing = { store, storing: storingAtOnce(), next: async () => {} }
      await prune(storing, { reports: DAY, revisions: null, polls: 4000 * DAY, size: null, floor: DAY }, now)
    },
    matching: words =>
      rows<{ rowid: number }>(path, `select rowid from search where search match '${words}'`).map(({ rowid }) => rowid),
  }
}

function rows<T>(path: string, sql: string): T[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare(sql).all() as T[]
  } finally {
    db.close()
  }
}

const storiesOf = (store: Store, words: string): number[] => store.search(words, 10).map(({ id }) => id)

describe('a report with a page, over either engine', () => {
  it('is found by what its page and its feed say now, and by nothing that they said before', async () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const page = (report: number, text: string, now = NOW + 60_000) =>
      desk.pages.file(
        { report, host: 'meridian.example', answer: article(text), attempts: 1, extractor: 1 },
        { now, names: NAMES },
      )
    const found = (...words: string[]) => words.map(word => storiesOf(store, word).length)
    const other = {
      ...FERRY,
      id: 'gull',
      url: 'https://meridian.example/gull',
      title: 'Lighthouse on Gull Point opens',
    }
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    fileInto(desk, store, MERIDIAN, [{ ...other, text: 'Dark since 1994…' }], NOW + 1)
    expect(found('haddock', 'margin')).toEqual([0, 1])
    await page(1, FERRY_PAGE)
    expect(found('haddock', 'omnibus', 'margin')).toEqual([1, 1, 1])
    expect(store.pageTexts([1, 2])).toEqual(new Map([[1, FERRY_PAGE]]))
    expect(store.pageOutcomes(NOW)).toEqual(new Map([[store.report(1)?.feed, [['article', 1]]]]))
    await page(1, FERRY_PAGE.replace('haddock', 'mackerel'))
    expect(found('haddock', 'mackerel')).toEqual([0, 1])
    // The same text under another headline belongs to neither.
    await page(2, FERRY_PAGE.replace('haddock', 'mackerel'))
    expect(found('mackerel', 'margin')).toEqual([0, 1])
    await page(2, `${FERRY_PAGE.replace('haddock', 'whiting')}\nThe lamp is lit on holidays.`)
    expect(found('whiting', 'lamp')).toEqual([1, 1])
    fileInto(desk, store, MERIDIAN, [{ ...other, text: 'Dark once more, since the stairs are unsafe…' }], NOW + HOUR)
    expect(found('whiting', 'stairs')).toEqual([0, 1])
    expect(store.page(2)).toMatchObject({ outcome: 'article', text: null })
    store.close()
  })
})

describeTheFile('a report whose text was taken from its page', () => {
  it('is found by words of the page and by those of its feed, and the place shown is where they stand', async () => {
    const { store, desk, path, page, matching } = room()
    fileInto(desk, store, MERIDIAN, [{ ...FERRY, text: `${FERRY.text} Standfirst of the feed.` }], NOW)
    expect(matching('haddock')).toEqual([])
    expect(await page(1, article(FERRY_PAGE))).toBe('article')
    expect(matching('haddock')).toEqual([1])
    expect(matching('standfirst')).toEqual([1])
    expect(storiesOf(store, 'haddock')).toEqual([1])
    // By another form than the one on the page.
    expect(storiesOf(store, 'omnibus')).toEqual([1])
    expect(storiesOf(store, 'standfirst')).toEqual([1])
    const place = "select snippet(search, 1, '[', ']', '…', 6) as place from search where search match 'haddock'"
    expect(rows<{ place: string }>(path, place)[0]?.place).toContain('[haddock]')
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('is found by exact words of the page, and left out where those are not wanted', async () => {
    const { store, desk, page } = room()
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    await page(1, article(FERRY_PAGE))
    const found = (typed: string) => {
      const read = readTyped(typed, () => null, NOW)
      return find(store, selectionOf(read, {}, NOW), read, NOW)
    }
    expect(found('"price of haddock"').stories).toBe(1)
    expect(found('"haddock of price"').stories).toBe(0)
    expect(found('ferry -haddock').stories).toBe(0)
    expect(found('ferry').pageTexts.get(1)).toBe(FERRY_PAGE)
    store.close()
  })

  it('in Arabic is found without vowel marks, article and Arabic digits', async () => {
    const { store, desk, page } = room()
    const draft = { id: '1', url: 'https://harir.example/1', title: 'عودة العبّارات يوم السبت', text: 'صوّتت الأطقم…' }
    fileInto(desk, store, HARIR, [draft], NOW)
    const text =
      'صوّتت الأطقم بأغلبية كبيرة يوم الجمعة على قبول عرض أصحاب العمل.\nوتضاعف سِعْرُ الأسماكِ في الأسواق، ونُقل ٤٠٢٢ راكبًا بالحافلات إلى المدرسة.'
    expect(await page(1, article(text))).toBe('article')
    for (const words of ['اسماك', 'سعر', '4022', 'مدرسه', 'حافلات'])
      expect([words, storiesOf(store, words)]).toEqual([words, [1]])
    store.close()
  })

  it('is found by what a later page says and no longer by what the one before said', async () => {
    const { store, desk, path, page, matching } = room()
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    await page(1, article(FERRY_PAGE))
    await page(1, article(FERRY_PAGE.replace('haddock', 'mackerel')))
    expect([matching('haddock'), matching('mackerel')]).toEqual([[], [1]])
    // The feed tells it anew: the page is asked for again, and says nothing any more.
    fileInto(desk, store, MERIDIAN, [{ ...FERRY, text: 'The ferries stay in the harbour after all…' }], NOW + HOUR)
    expect([matching('mackerel'), matching('harbour')]).toEqual([[], [1]])
    await page(1, { verdict: 'failed', because: 'it did not answer' }, NOW + 2 * HOUR)
    expect(matching('harbour')).toEqual([1])
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('is not found by a text that turned out to be another report’s, nor when it was pruned', async () => {
    const { store, desk, path, page, forget, matching } = room()
    const other = {
      ...FERRY,
      id: 'gull',
      url: 'https://meridian.example/gull',
      title: 'Lighthouse on Gull Point opens',
    }
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    fileInto(desk, store, MERIDIAN, [{ ...other, text: 'Dark since 1994…' }], NOW + 1)
    await page(1, article(FERRY_PAGE))
    expect(await page(2, article(FERRY_PAGE))).toBe('furniture')
    expect(matching('haddock')).toEqual([])
    await page(2, article(`${FERRY_PAGE.replace('haddock', 'whiting')}\nThe lamp is lit on holidays.`))
    expect(matching('whiting')).toEqual([2])
    await forget(NOW + 40 * DAY)
    expect(rows(path, 'select id from report')).toEqual([{ id: 3 }])
    expect(matching('whiting')).toEqual([])
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('is explained by its page: whose text is compared, or why there is none', async () => {
    const { store, desk, page } = room()
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    const told = () => {
      const found = explain(store, { what: 'story', id: 1 }, SETTINGS)
      if (!found.ok) throw new Error(found.reason)
      return { sentences: found.value.paragraphs[1]?.sentences.join('\n'), page: found.value.reports[0]?.page }
    }
    expect(told()).toEqual({ sentences: expect.not.stringContaining('page'), page: null })
    await page(1, { ...NOTHING, verdict: 'blocked', because: 'the server refuses us (403)' })
    expect(told().sentences).toMatch(
      /its page was asked for at .*, and gave no text: blocked, the server refuses us \(403\); it is asked for again at/,
    )
    await page(1, article(FERRY_PAGE))
    expect(told().sentences).toMatch(
      /its page was asked for at .*: it is compared, threaded and searched by that text, 43 words; its feed gives 11 words/,
    )
    expect(told().page).toMatchObject({ outcome: 'article', text: FERRY_PAGE })
    store.close()
  })
})

describe('the full text', () => {
  it('says what reports and pages say, whatever is filed, taken, changed, forgotten and pruned', async () => {
    const word = fc.constantFrom(
      'haddock',
      'ferry',
      'أسماك',
      'الأسواق',
      'ёлка',
      '中国人民',
      'Zürich',
      '٢٠٢٢',
      'ﬁsh',
      '𝔘nicode',
    )
    const text = fc.array(word, { minLength: 1, maxLength: 12 }).map(words => words.join(' '))
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('filed' as const), report: fc.nat(4), text }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('page' as const), report: fc.nat(4), text }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('no page' as const), report: fc.nat(4), text }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('pruned' as const), report: fc.nat(4), text }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async steps => {
        const { store, desk, path, page, forget } = room()
        let now = NOW
        for (const { kind, report, text: said } of steps) {
          now += HOUR
          const draft: Draft = {
            id: `${report}`,
            url: `https://meridian.example/${report}`,
            title: `Report ${report}`,
            text: said,
          }
          if (kind === 'filed') fileInto(desk, store, MERIDIAN, [draft], now)
          const on = rows<{ id: number }>(path, 'select id from report order by id desc limit 5')
          const { id = 0 } = on[report % Math.max(1, on.length)] ?? {}
          if (kind === 'page') await page(id, article(`${said}\n${said} ${said}\n${report}`), now)
          if (kind === 'no page') await page(id, { verdict: 'failed', because: said }, now)
          if (kind === 'pruned') {
            now += 40 * DAY
            await forget(now)
          }
        }
        for (const { id, page_text } of rows<{ id: number; page_text: string | null }>(
          path,
          'select id, page_text from report',
        )) {
          const [first] = (page_text ?? '').split(' ')
          if (first) {
            const found = rows<{ rowid: number }>(
              path,
              `select rowid from search where search match 'text : "${first.trim()}"'`,
            )
            expect(found.map(({ rowid }) => rowid)).toContain(id)
          }
        }
        store.close()
        expect(audit(path)).toEqual([])
      }),
      { seed: 20_261_129, numRuns: 40, interruptAfterTimeLimit: 30_000 },
    )
  })
})

describeTheFile('a full text that was lost', () => {
  it('is made anew with the texts of pages', async () => {
    const { store, desk, path, page, matching } = room()
    fileInto(desk, store, MERIDIAN, [FERRY], NOW)
    await page(1, article(FERRY_PAGE))
    store.close()
    const db = new Database(path)
    db.exec(`insert into x_search (x_search) values ('delete-all')`)
    db.close()
    expect(matching('haddock')).toEqual([])
    mendFullText(path)
    expect(matching('haddock')).toEqual([1])
    expect(audit(path)).toEqual([])
  })
})

describeTheFile('a file of schema 12', () => {
  it('with texts of pages is searched by them after it was opened', () => {
    const path = join(temporaryFolder(), 'news.db')
    const fixture = new URL('../fixtures/db/v12.sqlite.gz', import.meta.url)
    writeFileSync(path, gunzipSync(readFileSync(fixture)))
    const db = new Database(path)
    const add = db.prepare(
      `insert into x_pages (report, agency, host, asked, attempts, outcome, because, text, extractor)
       values (?, 'meridian', 'meridian.example', ?, 1, 'article', 'it carries the headline', ?, 1)`,
    )
    add.run(1, NOW, 'Rescuers distributed haddock sandwiches.')
    add.run(2, NOW, null)
    db.close()
    const opened = openStore({ path })
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.value.search('haddock', 5)).toHaveLength(1)
    expect(opened.value.search('sandwich', 5)).toHaveLength(1)
    opened.value.close()
    expect(audit(path)).toEqual([])
  })
})
