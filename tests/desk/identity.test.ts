// Reports that come again under other ids, through the real desk and store.
import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { type Draft, FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const SUBJECTS = ['harbour', 'orchard', 'library', 'glacier', 'foundry', 'vineyard', 'airfield', 'monastery']

/** Eight entries of one feed, each with words of its own; `id` and `url` say how the agency writes them. */
const document = (id: (at: number) => string, url: (at: number) => string): Draft[] =>
  SUBJECTS.map((subject, at) => ({
    id: id(at),
    url: url(at),
    title: `Council votes on the ${subject} plan`,
    text: `The council voted late on Monday on the plan for the old ${subject}, which ${subject} workers had asked for since spring. The ${subject} will be rebuilt in ${at + 2} steps, said its warden.`,
    published: NOW - at * HOUR,
  }))

function polls(...documents: Draft[][]) {
  const store = openNewsroom()
  const desk = new Desk(store, SETTINGS)
  const url = FEEDS[2] ?? ''
  const kinds = documents.map((drafts, n) => fileInto(desk, store, url, drafts, NOW + n * HOUR).map(({ kind }) => kind))
  return { kinds, reports: store.totals().reports, store }
}

describe('a feed that changes its ids', () => {
  const page = (at: number) => `https://meridian.example/news/2022-${SUBJECTS[at]}-plan-10${at}`
  const old = document(at => `http://meridian.example/?p=10${at}`, page)

  it('from http to https files nothing new', () => {
    const { kinds, reports, store } = polls(
      old,
      document(at => `https://www.meridian.example/?p=10${at}`, page),
    )
    expect(kinds[1]).toEqual(SUBJECTS.map(() => 'unchanged'))
    expect(reports).toBe(8)
    store.close()
  })

  it('to another scheme altogether is matched by address, and goes on under the new ids', () => {
    const fresh = document(at => `urn:uuid:00000000-0000-4000-8000-00000000000${at}`, page)
    const { kinds, reports, store } = polls(old, fresh, fresh)
    expect(kinds[1]).toEqual(SUBJECTS.map(() => 'unchanged'))
    expect(kinds[2]).toEqual(SUBJECTS.map(() => 'unchanged'))
    expect(reports).toBe(8)
    store.close()
  })

  it('and its host is matched by path', () => {
    const moved = document(
      at => `node/${at + 900}`,
      at => page(at).replace('meridian.example', 'www.meridian-news.example'),
    )
    const { reports, store } = polls(old, moved)
    expect(reports).toBe(8)
    store.close()
  })

  it('says so', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const notes: string[] = []
    const url = FEEDS[2] ?? ''
    const take = (closing: { notes: string[] }) => void notes.push(...closing.notes)
    fileInto(desk, store, url, old, NOW, take)
    fileInto(
      desk,
      store,
      url,
      document(at => `n${at}`, page),
      NOW + HOUR,
      take,
    )
    expect(notes).toEqual([expect.stringMatching(/changed its ids: 8 of 8 entries .* by address/)])
    store.close()
  })

  it('is not thought to when it only has news', () => {
    const news = SUBJECTS.map((subject, at) => ({
      id: `x${at}`,
      url: `https://meridian.example/news/2022-${subject}-fire-20${at}`,
      title: `Fire at the ${subject}`,
      text: `Firemen came in the night to the ${subject} where ${at + 3} sheds burned, and nobody was hurt, the brigade of the district said.`,
      published: NOW + HOUR,
    }))
    const { kinds, reports, store } = polls(old, news)
    expect(kinds[1]?.every(kind => kind === 'new' || kind === 'copy')).toBe(true)
    expect(reports).toBe(16)
    store.close()
  })

  it('is not thought to when it gives one id to several texts', () => {
    const same = document(() => 'always the same', page)
    const { kinds, reports, store } = polls(same, same, same.slice(0, 1), same)
    expect(kinds[1]).toEqual(SUBJECTS.map(() => 'unchanged'))
    expect(kinds[2]).toEqual(['unchanged'])
    expect(kinds[3]).toEqual(SUBJECTS.map(() => 'unchanged'))
    expect(reports).toBe(8)
    store.close()
  })
})
