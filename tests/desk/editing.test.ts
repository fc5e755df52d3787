import { describe, expect, it } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { decisionItems, mergeStories, mergeThreads, readNamed, splitStory, splitThread } from '../../src/desk/editor.ts'
import { explain } from '../../src/desk/explain.ts'
import type { Outcome } from '../../src/model/units.ts'
import type { Store } from '../../src/store/store.ts'
import { audit } from '../helpers/audit.ts'
import { newDatabase } from '../helpers/engine.ts'
import { FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS, temporaryFolder } from '../store/newsroom.ts'

const DAM =
  'The Larkfield dam broke before dawn on Tuesday after three days of rain, and water ran through the valley below it, the river board said in a first statement.'
const CHESS =
  'The chess champion drew the last game with the black pieces in the old town hall and keeps the title for two more years, the federation announced after the match.'
const STRIKE =
  'Bakers of the northern province stopped work at midnight over pay, and queues formed before the few shops that still had bread, their union reported on Wednesday.'

/** A store with three stories in three threads, one of them printed twice. */
function newsroom(path = newDatabase()) {
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS)
  const [harir = '', , meridian = ''] = FEEDS
  fileInto(desk, store, meridian, [{ id: 'dam', title: 'Dam breaks', text: DAM, published: NOW - 3 * HOUR }], NOW)
  fileInto(
    desk,
    store,
    meridian,
    [{ id: 'chess', title: 'Champion stays', text: CHESS, published: NOW - 2 * HOUR }],
    NOW,
  )
  fileInto(desk, store, meridian, [{ id: 'bread', title: 'Bakers strike', text: STRIKE, published: NOW - HOUR }], NOW)
  fileInto(desk, store, harir, [{ id: 'copy', title: 'Water in the valley', text: DAM, published: NOW }], NOW)
  const find = (title: string) => {
    const found = store.recentStories({ limit: 10 }).find(story => story.title === title)
    if (!found) throw new Error(`no story ${title}`)
    return found
  }
  return { store, desk, dam: find('Dam breaks'), chess: find('Champion stays'), bread: find('Bakers strike') }
}

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.value
}

const partition = (store: Store) =>
  store
    .recentThreads({ limit: 50 })
    .map(({ id, key }) => [
      id,
      key,
      store
        .thread(id)
        ?.timeline.map(story => story.id)
        .sort(),
    ])
    .sort()

describe('an editor', () => {
  it('makes one thread of two, whose ids both lead to it', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const { store, dam, chess } = newsroom(path)
    expect(value(mergeThreads(store, [chess.thread, dam.thread], NOW))).toBe(Math.min(dam.thread, chess.thread))
    expect(store.thread(dam.thread)).toMatchObject({ stories: 2, reports: 3 })
    expect(store.thread(chess.thread)).toBeNull()
    expect(store.redirect('thread', chess.thread)).toBe(dam.thread)
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('parts what was merged, and the thread that was comes back under its own id and key', () => {
    const { store, dam, chess } = newsroom()
    const before = partition(store)
    mergeThreads(store, [dam.thread, chess.thread], NOW)
    expect(value(splitThread(store, dam.thread, [chess.id], NOW))).toBe(chess.thread)
    expect(partition(store)).toEqual(before)
    expect(store.redirect('thread', chess.thread)).toBeNull()
    store.close()
  })

  it('merges a merged thread on: the oldest address still leads there', () => {
    const { store, dam, chess, bread } = newsroom()
    mergeThreads(store, [bread.thread, chess.thread], NOW)
    mergeThreads(store, [dam.thread, bread.thread], NOW)
    expect(store.redirect('thread', bread.thread)).toBe(dam.thread)
    expect(store.redirect('thread', chess.thread)).toBe(dam.thread)
    store.close()
  })

  it('never gives the id of a merged thread or story to another', () => {
    const { store, desk, dam, bread } = newsroom()
    mergeThreads(store, [dam.thread, bread.thread], NOW)
    mergeStories(store, [dam.id, bread.id], NOW)
    const [filed] = fileInto(desk, store, FEEDS[3] ?? '', [{ id: 'n', title: 'Порт закрыт из-за шторма' }], NOW)
    expect(filed?.thread).toBeGreaterThan(bread.thread)
    expect(filed?.story).toBeGreaterThan(bread.id)
    store.close()
  })

  it('makes one story of two, and later copies of either text come to it', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const { store, desk, dam, chess } = newsroom(path)
    expect(value(mergeStories(store, [dam.id, chess.id], NOW))).toBe(dam.id)
    expect(store.story(dam.id)?.members.map(report => report.title)).toEqual([
      'Dam breaks',
      'Champion stays',
      'Water in the valley',
    ])
    expect(store.redirect('story', chess.id)).toBe(dam.id)
    const [filed] = fileInto(desk, store, FEEDS[1] ?? '', [{ id: 'x', title: 'Draw', text: CHESS }], NOW)
    expect(filed).toMatchObject({ kind: 'copy', story: dam.id })
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('takes a report out of a story into one of its own', () => {
    const path = newDatabase(`${temporaryFolder()}/n.db`)
    const { store, desk, dam } = newsroom(path)
    const copy = store.story(dam.id)?.members.find(report => report.title === 'Water in the valley')
    const opened = value(splitStory(store, dam.id, [copy?.id ?? 0], NOW))
    expect(store.story(opened)).toMatchObject({ title: 'Water in the valley', thread: dam.thread, reports: 1 })
    expect(store.story(dam.id)).toMatchObject({ reports: 1, agencies: [{ id: 'meridian' }] })
    // The desk that ran on and a new one both know of it.
    for (const one of [desk, new Desk(store, SETTINGS)]) {
      expect(
        fileInto(one, store, FEEDS[0] ?? '', [{ id: 'copy', title: 'Water in the valley', text: DAM }], NOW),
      ).toMatchObject([{ story: opened }])
    }
    store.close()
    expect(audit(path)).toEqual([])
  })

  it('is told in one sentence what cannot be done', () => {
    const { store, dam, chess } = newsroom()
    const reason = (outcome: Outcome<number>) => (outcome.ok ? '' : outcome.reason)
    expect(reason(mergeThreads(store, [dam.thread, 999], NOW))).toMatch(/no thread 999/)
    expect(reason(mergeThreads(store, [dam.thread, dam.thread], NOW))).toMatch(/nothing to merge/)
    expect(reason(splitThread(store, dam.thread, [chess.id], NOW))).toMatch(/not in thread/)
    expect(reason(splitThread(store, dam.thread, [dam.id], NOW))).toMatch(/leave at least one/)
    expect(reason(splitThread(store, 999, [dam.id], NOW))).toMatch(/no thread 999/)
    expect(reason(mergeStories(store, [dam.id, 999], NOW))).toMatch(/no story 999/)
    expect(reason(splitStory(store, dam.id, [999], NOW))).toMatch(/report 999 is not in story/)
    store.close()
  })

  it('can hand the decisions on as labelled items', () => {
    const { store, dam, chess, bread } = newsroom()
    mergeThreads(store, [dam.thread, chess.thread], NOW)
    splitThread(store, dam.thread, [chess.id], NOW)
    const items = decisionItems(store) as { title: string; thread: string; story: string }[]
    expect(items.map(({ title }) => title).sort()).toEqual(['Champion stays', 'Dam breaks', 'Water in the valley'])
    const threadOf = (title: string) => items.find(item => item.title === title)?.thread
    expect(threadOf('Dam breaks')).toBe(threadOf('Water in the valley'))
    expect(threadOf('Champion stays')).not.toBe(threadOf('Dam breaks'))
    expect(items.some(({ title }) => title === bread.title)).toBe(false)
    store.close()
  })
})

describe('an explanation', () => {
  it('says why each report is in its story, why the story is in its thread, and what was changed since', () => {
    const { store, dam, chess } = newsroom()
    mergeThreads(store, [dam.thread, chess.thread], NOW)
    const told = value(explain(store, { what: 'story', id: chess.id }, SETTINGS))
    const text = JSON.stringify(told.paragraphs)
    expect(text).toContain('it opened the story')
    expect(text).toContain(`thread ${chess.thread} was merged into thread ${dam.thread} by an editor`)
    const copy = value(explain(store, { what: 'story', id: dam.id }, SETTINGS))
    expect(JSON.stringify(copy.paragraphs)).toContain('it carries the same text')
    expect(copy.reports.map(({ joinedBy }) => joinedBy)).toEqual(['first', 'text'])
    const thread = value(explain(store, { what: 'thread', id: chess.thread }, SETTINGS))
    expect(thread.id).toBe(dam.thread)
    expect(JSON.stringify(thread.paragraphs)).toContain(`thread ${chess.thread} was merged into it`)
    store.close()
  })

  it('names a concept that two languages share in English words, and a name by its sound', () => {
    const store = openNewsroom()
    const desk = new Desk(store, SETTINGS)
    const [, , meridian = '', vostok = ''] = FEEDS
    const other = Array.from({ length: 60 }, (_, at) => ({
      id: `other ${at}`,
      title: `Council of district ${100 + at} elects a chairman after long debate`,
      published: NOW - 3 * HOUR,
    }))
    fileInto(desk, store, meridian, other, NOW - 2 * HOUR)
    // The table of concepts is opened with the second language.
    const russian = { id: 'r', title: 'Пожарная машина в Тавурво перевернулась', published: NOW - 2 * HOUR }
    fileInto(desk, store, vostok, [russian], NOW - HOUR)
    const english = { id: 'e', title: 'Fire engine overturned near Tavurvo on the way to a mill', published: NOW }
    const [filed] = fileInto(desk, store, meridian, [english], NOW)
    // Languages are joined by the review.
    fileInto(desk, store, meridian, [], NOW + HOUR)
    const told = value(explain(store, { what: 'story', id: filed?.story ?? 0 }, SETTINGS))
    const sentences = told.paragraphs.flatMap(paragraph => paragraph.sentences)
    expect(sentences.at(-1)).toMatch(
      /thread 62 was merged into thread 61 by the review, score [\d.]+: the concept “fire engine”, «~tfrf»$/,
    )
    store.close()
  })

  it('reads ids as people write them', () => {
    expect(readNamed('12', 'thread')).toEqual({ what: 'thread', id: 12 })
    expect(readNamed('story:7', 'thread')).toEqual({ what: 'story', id: 7 })
    expect(readNamed('feed:7', 'thread')).toBeNull()
    expect(readNamed('7x', 'thread')).toBeNull()
  })
})
