// Vectors that come after the stories were filed, by the real desk over a real file.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { unpackFeatures } from '../../src/decide/thread/packing.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { Desk } from '../../src/desk/desk.ts'
import { splitThread } from '../../src/desk/editor.ts'
import type { SentenceModel } from '../../src/model/stored.ts'
import type { Millis } from '../../src/model/units.ts'
import { newDatabase } from '../helpers/engine.ts'
import { openRows } from '../helpers/rows.ts'
import {
  type Draft,
  FEEDS,
  fileInto,
  HOUR,
  MINUTE,
  NOW,
  openNewsroom,
  SETTINGS,
  temporaryFolder,
} from '../store/newsroom.ts'

const FEED = FEEDS[2] ?? ''
const NAMES = wireNames([])
const MODEL: SentenceModel = { name: 'tiny', probes: [[0, 1, 0], null] }
const OTHER: SentenceModel = { name: 'tiny', probes: [[1, 0, 0], null] }

const DAM: Draft = { id: '1', title: 'Dam gives way near Larkfield valley village', published: NOW - 90 * MINUTE }
const DELUGE: Draft = { id: '2', title: 'Larkfield deluge wakes sleeping farmers early', published: NOW - 20 * MINUTE }
const CHESS: Draft = { id: '3', title: 'Teenager wins chess crown', published: NOW - 10 * MINUTE }

/** Vectors by what a text has in it; null where it has none of it. */
function meant(text: string): number[] | null {
  const vector = [/dam|deluge/i, /chess/i, /bakers/i].map(words => (words.test(text) ? 1 : 0))
  return vector.some(Boolean) ? vector : null
}

function newsroom(path = newDatabase(join(temporaryFolder(), 'news.db'))) {
  const store = openNewsroom({ path })
  const desk = new Desk(store, SETTINGS)
  let isOpen = true
  const close = (): void => {
    if (isOpen) store.close()
    isOpen = false
  }
  onTestFinished(close)
  const at = (now: Millis) => ({ now, names: NAMES })
  return {
    path,
    store,
    desk,
    close,
    file: (drafts: readonly Draft[], now = NOW) => fileInto(desk, store, FEED, drafts, now),
    use: (model: SentenceModel, now = NOW) => desk.vectors.use(model, at(now)),
    lacking: async (model: number, now = NOW) =>
      (await desk.vectors.unencoded(model, 100, at(now)))?.map(({ text }) => text),
    /** Give all that lack one their vector; the texts that were asked for. */
    encode: async (model: number, now = NOW, sense = meant): Promise<string[]> => {
      const texts = (await desk.vectors.unencoded(model, 100, at(now))) ?? []
      const given = texts.map(({ story, key, text }) => ({ story, key, vector: sense(text) }))
      expect(await desk.vectors.keep(model, given, at(now))).toBe(true)
      return texts.map(({ text }) => text)
    },
    threads: () => store.file(filing => [1, 2, 3].flatMap(story => filing.placed(story)?.thread ?? [])),
  }
}

/** The vectors on file. */
function vectorsOf(path: string): (readonly number[] | null)[] {
  const db = openRows(path)
  const rows = db.prepare('select features from x_story_features order by story').pluck().all() as Uint8Array[]
  db.close()
  return rows.map(features => unpackFeatures(features).vector ?? null)
}

describe('a story', () => {
  it('is placed by its words, and looked at again when its vector comes', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE, CHESS])
    expect(new Set(room.threads()).size).toBe(3)
    const model = await room.use(MODEL)
    expect(await room.encode(model)).toEqual([CHESS.title, DELUGE.title, DAM.title])
    const [dam, deluge, chess] = room.threads()
    expect(deluge).toBe(dam)
    expect(chess).not.toBe(dam)
    expect(await room.lacking(model)).toEqual([])
  })

  it('is looked at again though it was reviewed long ago', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    room.file([], NOW + HOUR)
    room.file([], NOW + 2 * HOUR)
    await room.encode(await room.use(MODEL, NOW + 2 * HOUR), NOW + 2 * HOUR)
    expect(new Set(room.threads()).size).toBe(1)
  })

  it('stays where an editor has put it', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    const model = await room.use(MODEL)
    await room.encode(model)
    const [thread = 0] = room.threads()
    expect(splitThread(room.store, thread, [2], NOW).ok).toBe(true)
    room.file([{ ...DELUGE, title: 'Larkfield deluge wakes sleeping farmers very early' }], NOW + MINUTE)
    expect(await room.encode(model, NOW + MINUTE)).toEqual(['Larkfield deluge wakes sleeping farmers very early'])
    expect(new Set(room.threads()).size).toBe(2)
  })

  it('of which the model has no vector is not asked for again', async () => {
    const room = newsroom()
    room.file([{ ...CHESS, title: 'Museum opens its cellar' }])
    const model = await room.use(MODEL)
    expect(await room.encode(model)).toEqual(['Museum opens its cellar'])
    expect(await room.lacking(model)).toEqual([])
    room.close()
    expect(await newsroom(room.path).lacking(model)).toEqual([])
  })

  it('whose text changes meanwhile gets no vector of the old one', async () => {
    const room = newsroom()
    room.file([DAM])
    const model = await room.use(MODEL)
    const [asked] = (await room.desk.vectors.unencoded(model, 1, { now: NOW, names: NAMES })) ?? []
    if (!asked) throw new Error('nothing lacks a vector')
    room.file([{ ...DAM, title: 'Chess crown for a teenager of Larkfield' }], NOW + MINUTE)
    await room.desk.vectors.keep(model, [{ ...asked, vector: [1, 0, 0] }], { now: NOW, names: NAMES })
    expect(vectorsOf(room.path)).toEqual([null])
    expect(await room.lacking(model, NOW + MINUTE)).toEqual(['Chess crown for a teenager of Larkfield'])
  })

  it('is encoded by its headline and the beginning of its body', async () => {
    const room = newsroom()
    room.file([{ ...DAM, text: 'w'.repeat(5_000) }])
    expect(await room.lacking(await room.use(MODEL))).toEqual([`${DAM.title}\n${'w'.repeat(300)}`])
  })
})

describe('vectors', () => {
  it('are remembered by text and model, over a restart and though features are made anew', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    await room.encode(await room.use(MODEL))
    room.close()
    const db = openRows(room.path, { readonly: false })
    db.exec('delete from x_story_features')
    db.close()
    const again = newsroom(room.path)
    const model = await again.use(MODEL)
    expect(await again.lacking(model)).toEqual([])
    expect(vectorsOf(room.path)).toEqual([
      [127, 0, 0],
      [127, 0, 0],
    ])
  })

  it('of two models are never on file together', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    const model = await room.use(MODEL)
    await room.encode(model)
    const other = await room.use(OTHER)
    expect(other).not.toBe(model)
    expect(vectorsOf(room.path)).toEqual([null, null])
    // What the one was asked comes too late.
    expect(await room.lacking(model)).toBeUndefined()
    const late = [{ story: 1, key: 'k', vector: [1, 0, 0] }]
    expect(await room.desk.vectors.keep(model, late, { now: NOW, names: NAMES })).toBe(false)
    expect(await room.encode(other, NOW, () => [0, 0, 1])).toEqual([DELUGE.title, DAM.title])
    expect(vectorsOf(room.path)).toEqual([
      [0, 0, 127],
      [0, 0, 127],
    ])
    // The first is known again, and so is what it said.
    expect(await room.use({ ...MODEL, probes: [[0.001, 0.99, 0], null] })).toBe(model)
    expect(await room.lacking(model)).toEqual([])
  })

  it.each([
    ['another name', { ...MODEL, name: 'other' }],
    ['another number of numbers', { ...MODEL, probes: [[0, 1], null] }],
    ['another direction', { ...MODEL, probes: [[0, 0.9, 0.4], null] }],
    [
      'a vector where there was none',
      {
        ...MODEL,
        probes: [
          [0, 1, 0],
          [0, 1, 0],
        ],
      },
    ],
  ])('of a model with %s are of another model', async (_, other) => {
    const room = newsroom()
    expect(await room.use(other)).not.toBe(await room.use(MODEL))
  })

  it('that stood on file before models were told apart are dropped', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    await room.encode(await room.use(MODEL))
    room.close()
    const db = openRows(room.path, { readonly: false })
    db.exec("delete from x_meta where key = 'vector_model'")
    db.close()
    const again = newsroom(room.path)
    await again.use(OTHER)
    expect(vectorsOf(room.path)).toEqual([null, null])
  })

  it('come in step with those that another process has stored', async () => {
    const room = newsroom()
    room.file([DAM, DELUGE])
    const beside = newsroom(room.path)
    const model = await room.use(MODEL)
    expect(await beside.use(MODEL)).toBe(model)
    expect(await beside.lacking(model)).toHaveLength(2)
    await room.encode(model)
    expect(await beside.lacking(model)).toEqual([])
  })
})
