// Entries that ask not to be published yet, through the real desk and store.
import { describe, expect, it } from 'vitest'
import { wireNames } from '../src/decide/wire.ts'
import { Desk, type FilingContext } from '../src/filing.ts'
import { AGENCIES, FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS } from './store/newsroom.ts'

const URL = FEEDS[0] ?? ''
const UNTIL = new Date(NOW + 3 * HOUR).toISOString().slice(0, 16).replace('T', ' ')
const BODY = 'يفتتح المتحف الوطني أبوابه يوم الاثنين بعد ترميم دام ثلاثة أعوام، وتعرض فيه قطع لم يرها الجمهور من قبل.'
const draft = { id: 'm', title: 'افتتاح المتحف الوطني', text: `محظور النشر حتى ${UNTIL}\n${BODY}`, published: NOW }

function newsroom() {
  const store = openNewsroom()
  const desk = new Desk(store, SETTINGS)
  const feed = store.feeds().find(one => one.url === URL)
  if (!feed) throw new Error('no feed')
  const at = (now: number): FilingContext => ({
    feed: feed.id,
    feedKey: URL,
    agency: feed.agency,
    language: 'ar',
    identity: 'guid',
    names: wireNames(AGENCIES),
    now,
  })
  return { store, desk, at }
}

describe('an entry under embargo', () => {
  it('is kept back from pages, feeds, threads and search until its time, and the feed says so', () => {
    const { store, desk } = newsroom()
    const notes: string[] = []
    const [filed] = fileInto(desk, store, URL, [draft], NOW, closing => void notes.push(...closing.notes))
    expect(filed).toMatchObject({ report: null, story: null })
    expect(notes).toEqual([expect.stringMatching(/^under embargo until .*: افتتاح المتحف الوطني$/)])
    expect(store.totals()).toMatchObject({ reports: 0, stories: 0, threads: 0 })
    expect(store.search('المتحف', 10)).toEqual([])
    expect(store.releasable(NOW + 3 * HOUR - 1)).toEqual([])
    store.close()
  })

  it('is filed as it last stood when its time has come, once', () => {
    const { store, desk, at } = newsroom()
    fileInto(desk, store, URL, [draft], NOW)
    fileInto(desk, store, URL, [{ ...draft, text: `${draft.text} الدخول مجاني في اليوم الأول.` }], NOW + HOUR)
    expect(store.releasable(NOW + 3 * HOUR).map(({ url }) => url)).toEqual([URL])
    expect(desk.release(at(NOW + 3 * HOUR))).toBe(1)
    expect(desk.release(at(NOW + 3 * HOUR))).toBe(0)
    const [story] = store.search('المتحف', 10)
    expect(story?.text).toContain('الدخول مجاني')
    const again = { ...draft, text: `${draft.text} الدخول مجاني في اليوم الأول.` }
    expect(fileInto(desk, store, URL, [again], NOW + 4 * HOUR)).toMatchObject([{ kind: 'unchanged', story: story?.id }])
    store.close()
  })

  it('that its agency lifts early is filed at once and does not come twice', () => {
    const { store, desk } = newsroom()
    fileInto(desk, store, URL, [draft], NOW)
    expect(fileInto(desk, store, URL, [{ ...draft, text: BODY }], NOW + HOUR)).toMatchObject([{ kind: 'new' }])
    expect(store.releasable(NOW + 5 * HOUR)).toEqual([])
    store.close()
  })
})
