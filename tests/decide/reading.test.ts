import { describe, expect, it } from 'vitest'
import { copyFeatures } from '../../src/decide/copy/features.ts'
import { isFlash } from '../../src/decide/copy/flash.ts'
import { identify } from '../../src/decide/identify.ts'
import { type Reading, readEntry, threadWordsOf } from '../../src/decide/reading.ts'
import { BoilerplateCount } from '../../src/decide/thread/boilerplate.ts'
import { threadWords } from '../../src/decide/thread/words.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import { searchable, wholeOf } from '../../src/language/search.ts'
import type { Entry } from '../../src/model/collected.ts'

const NOW = Date.UTC(2022, 0, 7)
const context = {
  feed: 1,
  agency: 'larkfield',
  language: null,
  identity: 'guid' as const,
  names: wireNames([]),
  now: NOW,
}
const PLAIN: Entry = {
  id: null,
  url: null,
  title: '',
  summary: null,
  content: null,
  published: NOW,
  updated: null,
  authors: [],
  categories: [],
  enclosures: [],
  language: null,
  source: null,
}

function read(title: string, text: string, language: string | null = null): Reading {
  const entry = { ...PLAIN, id: `tag:larkfield.example,2022:${title}`, title, language }
  const found = identify(entry, text, 0, context)
  if (!found.ok) throw new Error(found.reason)
  return readEntry(entry, text, found.value, context)
}

const TEXTS: readonly (readonly [title: string, text: string, language: string | null])[] = [
  [
    'UPDATE 2-Ferry burns off Larkfield, 12 missing - Reuters',
    'LARKFIELD, Jan 6 (Reuters) - A ferry burned off the coast of Saudi Arabia on Thursday…\nAt least 12 people were missing. (Reporting by Jane Roe)',
    'en',
  ],
  [
    'عاجل: إصابة ٧٤٨ شخصا في كازاخستان',
    'ألماتي (أ ف ب) — أُصيب 748 شخصاً في المملكة العربية السعودية، بحسب ما أعلنت الوزارة.',
    'ar',
  ],
  ['В Казахстане пострадали 748 человек', 'АЛМА-АТА, 6 января (ТАСС). — Пострадали 748 человек, сообщил Токаев.', 'ru'],
  ['東京で火災', '東京の港でフェリーが燃えた。けが人はいない。', 'ja'],
  ['เรือไฟไหม้', 'เกิดเหตุไฟไหม้เรือข้ามฟากที่ท่าเรือ', 'th'],
  ['Café burns', `Un café a brûlé e\u0301te\u0301. ${'Les pompiers sont venus. '.repeat(120)}`, 'fr'],
  ['Two words', '', 'en'],
]

describe('a reading of an entry', () => {
  it.each(TEXTS)('says what each of its parts would say of the text itself: %s', (title, text, language) => {
    const { report, copy, folded, isFlash: flash } = read(title, text, language)
    const { wire } = report
    expect(copy).toEqual(copyFeatures(wire.title, wire.body, report.language, wire.part?.number))
    expect(wholeOf(folded)).toBe(searchable(`${report.title}\n${text}`, report.language))
    expect(flash).toBe(isFlash({ title: wire.title, body: wire.body, signal: wire.signal }))
  })

  it.each(TEXTS)('gives the words for threads after it was sent to another thread: %s', (title, text, language) => {
    const sent = read(title, text, language)
    const received = structuredClone(sent)
    const { wire } = sent.report
    const foreign = Uint8Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? 1 : 0))
    const boilerplate = new Set([...sent.runs.body.slice(0, 3), ...sent.runs.title.slice(0, 2)])
    for (const [runs, mask] of [
      [null, null],
      [boilerplate, null],
      [null, foreign],
      [boilerplate, foreign],
    ] as const) {
      expect(threadWordsOf(received, runs, mask, null)).toEqual(
        threadWords({
          title: wire.title,
          body: wire.body,
          language: sent.report.language,
          boilerplate: runs,
          foreign: mask,
        }),
      )
    }
  })

  it('adds to the count of its document what its headline and body do', () => {
    const names = ['Alder', 'Birch', 'Cedar', 'Hazel', 'Juniper', 'Larch']
    const readings = names.map(name =>
      read(`Use an ${name} braille display with Narrator`, `${name} displays work well.`),
    )
    const [byRuns, byText] = [new BoilerplateCount(), new BoilerplateCount()]
    for (const { runs, report } of readings) {
      byRuns.addRuns(structuredClone(runs))
      byText.add(report.wire)
    }
    expect(byRuns.found().size).toBeGreaterThan(0)
    expect(byRuns.found()).toEqual(byText.found())
    expect(byRuns.sharing()).toEqual(byText.sharing())
  })
})
