// What is published of rows that a real store holds, written through its own interface.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { toReport } from '../../src/decide/report.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk } from '../../src/desk/desk.ts'
import { explain } from '../../src/desk/explain.ts'
import type { Report, RevisionClass } from '../../src/model/decided.ts'
import type { Millis } from '../../src/model/units.ts'
import { staticSite } from '../../src/publish/static.ts'
import { storedText } from '../../src/store/columns.ts'
import type { Reason, Store } from '../../src/store/store.ts'
import {
  AGENCIES,
  type Draft,
  entry,
  FEEDS,
  fileInto,
  HOUR,
  MINUTE,
  NOW,
  openNewsroom,
  SETTINGS,
} from '../store/newsroom.ts'
import { config, serve } from './fixture.ts'

const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS
const WHY: Reason = { at: NOW, by: 'editor', score: null, reasons: [] }
const DAM =
  'قال مصدر في إدارة السدود إن الجزء الشرقي من سد الوادي انهار فجر الأربعاء، وإن المياه غمرت ثلاث قرى وقطعت الطريق الساحلي أمام السيارات، ولم يعرف بعد عدد الضحايا.'

let store: Store
let desk: Desk

beforeEach(() => {
  store = openNewsroom()
  desk = new Desk(store, SETTINGS)
  onTestFinished(() => store.close())
})

const file = (url: string, now: Millis, ...drafts: Draft[]) =>
  fileInto(desk, store, url, drafts, now).map(({ report, story, thread }) => ({
    report: report ?? 0,
    story: story ?? 0,
    thread: thread ?? 0,
  }))

/** The same report with another text, revised by hand with this class. */
function revise(report: number, title: string, text: string, change: RevisionClass, now: Millis): void {
  const known = store.report(report)
  if (known === null) throw new Error(`no report ${report}`)
  const made = toReport(entry({ id: known.guid, title, published: known.time }), text, {
    feed: known.feed,
    agency: known.agency,
    language: known.language,
    identity: 'guid',
    names: wireNames(AGENCIES),
    now,
  })
  if (!made.ok) throw new Error(made.reason)
  const revised: Report = made.report
  store.file(filing => filing.addRevision(report, revised, change, now, storedText(revised, { folded: '', extra: '' })))
}

describe('a merged id', () => {
  it('answers 308 with the thread it leads to, on pages and feeds, and in files', async () => {
    const [one] = file(HARIR, NOW, { id: 'a', title: 'فيضان في بورت سلام', text: 'ارتفع منسوب النهر مترين.' })
    const [two] = file(MERIDIAN, NOW, {
      id: 'b',
      title: 'Bakers strike over pay',
      text: 'Queues formed before the shops.',
    })
    const [three] = file(VOSTOK, NOW, { id: 'c', title: 'Чемпион сохранил титул', text: 'Последняя партия вничью.' })
    if (!one || !two || !three) throw new Error('three stories')
    store.file(filing => filing.mergeThreads(two.thread, three.thread, WHY))
    store.file(filing => filing.mergeThreads(one.thread, two.thread, WHY))
    const { get } = serve(store, { link: 'https://news.example' })
    for (const id of [two.thread, three.thread]) {
      expect((await get(`/threads/${id}?x=1`)).headers.get('location')).toBe(`/threads/${one.thread}?x=1`)
      expect((await get(`/threads/${id}.atom`)).headers.get('location')).toBe(`/threads/${one.thread}.atom`)
    }
    const files = new Map([...staticSite(store, config())].map(({ path, body }) => [path, body]))
    expect(files.get(`threads/${three.thread}.html`)).toContain(`url=../threads/${one.thread}.html`)
    store.file(filing => filing.splitThread(one.thread, [two.story], WHY))
    expect((await get(`/threads/${two.thread}`)).status).toBe(200)
  })

  it('of a story leads to the story that took it in', async () => {
    const [one] = file(HARIR, NOW, { id: 'a', title: 'فيضان في بورت سلام', text: 'ارتفع منسوب النهر مترين.' })
    const [two] = file(HARIR, NOW, { id: 'b', title: 'زلزال في الجبال', text: 'لم تقع أضرار تذكر في البلدة.' })
    if (!one || !two) throw new Error('two stories')
    store.file(filing => filing.mergeStories(one.story, two.story, WHY))
    const response = await serve(store).get(`/stories/${two.story}`)
    expect([response.status, response.headers.get('location')]).toEqual([308, `/wires/stories/${one.story}`])
  })
})

describe('a story that its origin withdrew', () => {
  const filed = () => {
    const [first] = file(HARIR, NOW, { id: 'a', title: 'انهيار سد الوادي', text: DAM, published: NOW - 2 * HOUR })
    const [copy] = file(VOSTOK, NOW, { id: 'b', title: 'السد ينهار', text: DAM, published: NOW - HOUR })
    if (!first || !copy || first.story !== copy.story) throw new Error('one story')
    revise(first.report, 'إلغاء: انهيار سد الوادي', 'يرجى إلغاء هذا الخبر.', 'kill', NOW)
    return { first, copy }
  }
  const judge = (story: number, origin: string, stale: number[]) =>
    store.file(filing =>
      filing.judgeStories([story], 1, () => ({
        origin,
        originName: origin,
        sources: 1,
        provenance: '{}',
        stale,
        runs: [],
      })),
    )

  it('is withdrawn everywhere though a copy speaks for it, and says who still runs it', async () => {
    const { first, copy } = filed()
    judge(first.story, 'harir', [copy.report])
    expect(store.story(first.story)).toMatchObject({ agency: 'vostok', signal: null, withdrawn: true })
    const { text } = serve(store)
    expect(await text(`/stories/${first.story}`)).toContain(
      '<strong><bdi>Vostok-Info</bdi></strong>: still running the withdrawn version.',
    )
    expect(await text('/feed.json')).toContain('"title": "[مسحوب] السد ينهار"')
  })

  it('is not where only a copy was withdrawn', async () => {
    const { first } = filed()
    judge(first.story, 'vostok', [])
    expect(store.story(first.story)?.withdrawn).toBe(false)
    expect(await serve(store).text(`/stories/${first.story}`)).not.toContain('class="withdrawn"')
  })
})

describe('the time of a figure', () => {
  it('is that of the text that says it, whatever was only polished since', () => {
    const [first] = file(MERIDIAN, NOW, {
      id: 'a',
      title: 'Storm kills 16',
      text: 'The storm killed 16 people, officials said.',
      published: NOW - HOUR,
    })
    if (!first) throw new Error('a story')
    const times = () => store.figures(first.thread).map(({ value, time }) => [value, (time - NOW) / MINUTE])
    expect(times()).toEqual([[16, -60]])
    revise(first.report, 'Storm kills 16', 'The storm killed 16 people, officials say.', 'cosmetic', NOW + HOUR)
    expect(times()).toEqual([[16, -60]])
    revise(first.report, 'Storm kills 22', 'The storm killed 22 people, officials said.', 'update', NOW + 2 * HOUR)
    expect(times()).toEqual([
      [16, -60],
      [22, 120],
    ])
    revise(first.report, 'Storm kills 22', 'The storm killed 22 people, officials say.', 'cosmetic', NOW + 3 * HOUR)
    expect(times()).toEqual([
      [16, -60],
      [22, 120],
    ])
    expect(store.thread(first.thread)?.figures).toEqual(store.figures(first.thread))
  })
})

describe('a list of very long texts', () => {
  it('holds all stories, the newest whole, and of the others the beginning', () => {
    const long = (at: number): string => `Report ${at} opens here. ${`word${at} `.repeat(36_000)}`
    for (let at = 0; at < 40; at++) {
      file(MERIDIAN, NOW + at * MINUTE, {
        id: `${at}`,
        title: `Number ${at} of the long ones`,
        text: long(at),
        published: NOW + at * MINUTE,
      })
    }
    const listed = store.recentStories({ limit: 100 })
    expect(listed).toHaveLength(40)
    expect(listed.at(0)?.text.length).toBeGreaterThan(200_000)
    expect(listed.at(-1)?.text).toMatch(/^Report 0 opens here\. .{1900,2100}…$/)
    expect(listed.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(9_000_000)
    expect(store.story(listed.at(-1)?.id ?? 0)?.text.length).toBeGreaterThan(200_000)
  })
})

describe('a report whose text changed more often than is kept', () => {
  it('says on its page and in its explanation how many texts are missing', async () => {
    let filed = file(MERIDIAN, NOW, {
      id: 'a',
      title: 'Dam leaks',
      text: 'The dam above Larkfield leaks, its warden said.',
    })
    for (let at = 1; at < 40; at++) {
      const text = `The dam above Larkfield leaks at ${at + 1} places, its warden said.`
      filed = file(MERIDIAN, NOW + at * MINUTE, { id: 'a', title: 'Dam leaks', text })
    }
    const [{ story } = { story: 0 }] = filed
    expect(store.story(story)?.text).toContain('at 40 places')
    expect(await serve(store).text(`/stories/${story}`)).toContain('14 revisions between these are not kept')
    const told = explain(store, { what: 'story', id: story }, SETTINGS)
    expect(told.ok && told.value.paragraphs.flatMap(({ sentences }) => sentences)).toContain(
      'of its 40 texts 26 are kept: the first, the last, and corrections',
    )
  })
})

describe('lines about stories', () => {
  it('say what the stories say, without their texts; of one without a title the text begins it', () => {
    file(MERIDIAN, NOW, {
      id: 'dam',
      title: 'Larkfield dam breaks, twelve people killed',
      text: 'The dam broke. (Vostok-Info)',
    })
    file(VOSTOK, NOW + MINUTE, {
      id: 'untitled',
      title: 'Dam',
      text: 'The dam of Larkfield broke at dawn on Wednesday.',
    })
    const whole = store.recentStories({ limit: 10 })
    const lines = store.recentStories({ limit: 10, headlines: true })
    expect(whole.length).toBeGreaterThan(0)
    expect(lines.map(({ text, ...rest }) => rest)).toEqual(
      whole.map(({ text, ...rest }) => ({ ...rest, summary: null, content: null, credits: [] })),
    )
    expect(lines.map(({ title, text }) => [title, text])).toEqual(
      whole.map(({ title, text }) => [title, title.length < 20 ? text : '']),
    )
    const threads = (headlines: boolean) =>
      store
        .recentThreads({ limit: 10, headlines })
        .map(({ lead: { text, summary, content, credits, ...lead }, ...rest }) => ({
          ...rest,
          lead,
        }))
    expect(threads(true)).toEqual(threads(false))
  })
})
