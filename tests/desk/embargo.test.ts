// Entries that ask not to be published yet, through the real desk and store.
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk, type FilingContext } from '../../src/desk/desk.ts'
import { itOfTheFile, newDatabase } from '../helpers/engine.ts'
import { watchLoop } from '../helpers/event-loop.ts'
import { prose, random } from '../helpers/random.ts'
import { openRows } from '../helpers/rows.ts'
import { AGENCIES, FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'

const URL = FEEDS[0] ?? ''
const UNTIL = new Date(NOW + 3 * HOUR).toISOString().slice(0, 16).replace('T', ' ')
const BODY = 'يفتتح المتحف الوطني أبوابه يوم الاثنين بعد ترميم دام ثلاثة أعوام، وتعرض فيه قطع لم يرها الجمهور من قبل.'
const draft = { id: 'm', title: 'افتتاح المتحف الوطني', text: `محظور النشر حتى ${UNTIL}\n${BODY}`, published: NOW }

function newsroom(path = newDatabase()) {
  const store = openNewsroom({ path })
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
    expect(notes).toEqual(['1 entry is kept back: under embargo until 2022-01-05T12:30Z'])
    expect(store.totals()).toMatchObject({ reports: 0, stories: 0, threads: 0 })
    expect(store.search('المتحف', 10)).toEqual([])
    expect(store.releasable(NOW + 3 * HOUR - 1)).toEqual([])
    store.close()
  })

  it('is filed as it last stood when its time has come, once', async () => {
    const { store, desk, at } = newsroom()
    fileInto(desk, store, URL, [draft], NOW)
    fileInto(desk, store, URL, [{ ...draft, text: `${draft.text} الدخول مجاني في اليوم الأول.` }], NOW + HOUR)
    expect(store.releasable(NOW + 3 * HOUR).map(({ url }) => url)).toEqual([URL])
    expect(await desk.release(at(NOW + 3 * HOUR))).toEqual({ entries: 1, unreadable: 0 })
    expect(await desk.release(at(NOW + 3 * HOUR))).toEqual({ entries: 0, unreadable: 0 })
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

  itOfTheFile('is readable nowhere in the file, nor in what is said of its feed', () => {
    const path = newDatabase(join(temporaryFolder(), 'news.db'))
    const { store, desk } = newsroom(path)
    const held = {
      id: 'https://harir.example/museum-opens-early',
      url: 'https://harir.example/museum-opens-early',
      title: 'Museum opens early after restoration',
      text: `EMBARGOED UNTIL ${UNTIL.slice(11)} GMT ON 5 JANUARY 2022\nThe halls were closed for three winters.`,
      published: NOW,
    }
    fileInto(desk, store, URL, [held], NOW)
    fileInto(desk, store, URL, [{ ...held, text: `${held.text} Entry is free.` }], NOW + 60_000)
    const said = JSON.stringify(store.feeds())
    const files = ['', '-wal'].map(ending => readFileSync(path + ending).toString('latin1')).join('')
    for (const secret of ['Museum', 'museum-opens', 'three winters', 'Entry is free']) {
      expect(said).not.toContain(secret)
      expect(files).not.toContain(secret)
    }
    // A reader of the file sees that, and until when.
    const reader = openRows(path)
    expect(reader.prepare('select agency, title, until from embargo').all()).toEqual([
      { agency: 'harir', title: null, until: NOW + 3 * HOUR },
    ])
    reader.close()
    expect(statSync(`${path}.key`).mode & 0o777).toBe(0o600)
    store.close()
  })

  it('is filed after a restart, and by another process with the same key', async () => {
    const path = newDatabase(join(temporaryFolder(), 'news.db'))
    const first = newsroom(path)
    fileInto(first.desk, first.store, URL, [draft], NOW)
    first.store.close()
    const second = newsroom(path)
    expect(await second.desk.release(second.at(NOW + 3 * HOUR))).toEqual({ entries: 1, unreadable: 0 })
    expect(second.store.search('المتحف', 10)).toHaveLength(1)
    second.store.close()
  })

  itOfTheFile('whose key is lost is given up and counted, and comes back with its feed', async () => {
    const path = newDatabase(join(temporaryFolder(), 'news.db'))
    const first = newsroom(path)
    fileInto(first.desk, first.store, URL, [draft], NOW)
    first.store.close()
    rmSync(`${path}.key`)
    const { store, desk, at } = newsroom(path)
    expect(await desk.release(at(NOW + 3 * HOUR))).toEqual({ entries: 0, unreadable: 1 })
    expect(fileInto(desk, store, URL, [draft], NOW + 3 * HOUR)).toMatchObject([{ kind: 'new' }])
    store.close()
  })

  it('that a poll files while it is being released keeps the text of the poll', async () => {
    const { store, desk, at } = newsroom()
    fileInto(desk, store, URL, [draft], NOW)
    const releasing = desk.release(at(NOW + 3 * HOUR))
    fileInto(desk, store, URL, [{ ...draft, text: `${draft.text} الدخول مجاني.` }], NOW + 3 * HOUR)
    await releasing
    const [story] = store.search('المتحف', 10)
    expect(story).toMatchObject({ revisions: 1 })
    expect(story?.text).toContain('الدخول مجاني')
    store.close()
  })

  it('with very many others is filed in slices when they are released', async () => {
    const { store, desk, at } = newsroom()
    const next = random(5)
    const drafts = Array.from({ length: 800 }, (_, n) => ({
      ...draft,
      id: `m${n}`,
      title: prose(next, 6),
      text: `محظور النشر حتى ${UNTIL}\n${prose(next, 60)}`,
    }))
    fileInto(desk, store, URL, drafts, NOW)
    expect(store.totals().reports).toBe(0)
    const { result, turns, longest } = await watchLoop(() => desk.release(at(NOW + 3 * HOUR)))
    expect(result).toEqual({ entries: 800, unreadable: 0 })
    expect(store.totals().reports).toBe(800)
    expect(turns).toBeGreaterThan(10)
    expect(longest).toBeLessThan(400)
    expect(await desk.release(at(NOW + 3 * HOUR))).toEqual({ entries: 0, unreadable: 0 })
    store.close()
  })

  it('beyond what is kept of one feed is left out with a warning, and filed if the feed still has it afterwards', () => {
    const { store, desk } = newsroom()
    const large = 'a'.repeat(9 * 1_048_576)
    const drafts = Array.from({ length: 9 }, (_, n) => ({ ...draft, id: `m${n}`, content: `<p>${large}</p>` }))
    const filed = fileInto(desk, store, URL, drafts, NOW)
    const left = filed.filter(({ kind }) => kind === 'rejected')
    expect(left.length).toBe(2)
    expect(left[0]?.reason).toContain('no more of this feed can be kept back')
    // Another feed has room of its own.
    const small = drafts.slice(0, 1).map(one => ({ ...one, content: null }))
    expect(fileInto(desk, store, FEEDS[1] ?? '', small, NOW)).toMatchObject([{ kind: 'unchanged', report: null }])
    const last = drafts.slice(-1).map(one => ({ ...one, content: null }))
    expect(fileInto(desk, store, URL, last, NOW + 4 * HOUR)).toMatchObject([{ kind: 'new' }])
    store.close()
  })
})
