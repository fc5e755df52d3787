import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digest, type ReportContext, toReport } from '../../src/decide/report.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import type { Entry } from '../../src/model/collected.ts'
import type { Report } from '../../src/model/decided.ts'
import { entry } from '../store/newsroom.ts'

const NOW = Date.UTC(2022, 0, 5, 9, 30)
const CONTEXT: ReportContext = {
  feed: 3,
  agency: 'meridian',
  language: 'en',
  identity: 'guid',
  names: wireNames([]),
  now: NOW,
}

function report(draft: Partial<Entry>, text = '', context: Partial<ReportContext> = {}): Report {
  const made = toReport(entry(draft), text, { ...CONTEXT, ...context })
  if (!made.ok) throw new Error(made.reason)
  return made.report
}

const at = (url: string) => ({ url, type: null, length: null })

describe('an entry', () => {
  it('without title and text makes no report, and the reason says so', () => {
    expect(toReport(entry({ id: '1', title: '  ' }), ' \n', CONTEXT)).toEqual({
      ok: false,
      reason: 'it has neither a title nor a text',
    })
  })

  it('without a title is headed by its first line', () => {
    expect(report({}, 'The dam broke.\nMore follows.').title).toBe('The dam broke.')
    const long = report({}, `${'word '.repeat(60)}\nnext`).title
    expect(long).toMatch(/^(?:word ){23}word…$/)
    expect(report({}, 'x'.repeat(300)).title).toBe(`${'x'.repeat(120)}…`)
  })

  it.each([
    ['Untitled', { url: 'https://a.example/photos/heron-on-the-ice' }, 'heron on the ice'],
    ['بدون عنوان', { url: `https://a.example/${encodeURIComponent('جسر_الروضة')}.html` }, 'جسر الروضة'],
    ['(no title)', { url: 'https://a.example/p/100%25-%zz' }, '100%25 %zz'],
    ['null', { url: 'https://a.example/a%1b%E2%80%AEb' }, 'a b'],
    ['Без названия', { url: 'https://a.example/?p=7', enclosures: [at('https://cdn.example/tides.mp3')] }, 'tides'],
  ])('called «%s» and without text is headed by what its address says', (title, draft, headline) => {
    expect(report({ id: '1', title, ...draft }).title).toBe(headline)
  })

  it.each(['https://a.example/?p=7', 'https://a.example/2022/01/05', 'https://a.example/index.html', null])(
    'called "Untitled", without text and at %s, makes no report',
    url => {
      expect(toReport(entry({ id: '1', title: 'Untitled', url }), '', CONTEXT).ok).toBe(false)
    },
  )

  it.each([
    ['its guid', 'guid', { id: ' g1 ', url: 'https://a.example/x', title: 'T' }, 'g1'],
    ['its address where it has no guid', 'guid', { url: 'https://a.example/x', title: 'T' }, 'https://a.example/x'],
    [
      'its address, if the configuration says so',
      'url',
      { id: 'g1', url: 'https://a.example/x', title: 'T' },
      'https://a.example/x',
    ],
    ['its guid where it has no address', 'url', { id: 'g1', title: 'T' }, 'g1'],
    ['its title, if the configuration says so', 'title', { id: 'g1', title: ' T ' }, 'T'],
    ['its words where it has nothing else', 'guid', { title: 'T' }, `sha256:${digest('T', 'text')}`],
  ] as const)('is known by %s', (_, identity, draft, guid) => {
    expect(report(draft, 'text', { identity }).guid).toBe(guid)
  })

  it('with an endless guid is known by its digest', () => {
    const guid = 'g'.repeat(2_000)
    expect(report({ id: guid, title: 'T' }).guid).toBe(`sha256:${digest(guid)}`)
    expect(report({ id: 'g'.repeat(1_024), title: 'T' }).guid).toHaveLength(1_024)
  })

  it.each([
    ['the published time', NOW - 5, NOW - 3, NOW - 5],
    ['the updated time where there is no other', null, NOW - 3, NOW - 3],
    ['the time of the poll where it claims none', null, null, NOW],
    ['the time of the poll where it claims the future', NOW + 3_600_000, null, NOW],
    ['the time of the poll where its clock runs a little ahead', NOW + 60_000, null, NOW],
    ['a time long ago', 0, null, 0],
  ])('is ordered by %s', (_, published, updated, time) => {
    expect(report({ title: 'T', published, updated })).toMatchObject({ time, published, updated, firstSeen: NOW })
  })

  it('is in the language it says, else its feed’s, unless its script says otherwise', () => {
    expect(report({ title: 'Ein Satz', language: 'de' }).language).toBe('de')
    expect(report({ title: 'A sentence' }).language).toBe('en')
    expect(report({ title: 'عاد المحتجون إلى الساحة' }).language).toBe('ar')
    expect(report({ title: 'A sentence' }, '', { language: null }).language).toBeNull()
    const text = 'La route côtière a rouvert jeudi après la décrue, a annoncé le ministère, et les camions passent.'
    expect(report({ title: 'La route' }, text, { language: null }).language).toBe('fr')
  })

  it('is withheld until the moment its desk names, and no longer', () => {
    const held = { id: 'g', title: 'EMBARGOED UNTIL 1200 GMT - The census', published: NOW - 60_000 }
    expect(report(held)).toMatchObject({
      embargo: Date.UTC(2022, 0, 5, 12),
      title: held.title,
      wire: { title: 'The census' },
    })
    expect(report(held, '', { now: Date.UTC(2022, 0, 5, 12) }).embargo).toBeNull()
    expect(report({ id: 'g', title: 'The census' }).embargo).toBeNull()
  })

  it('means by “Friday” the Friday after it was published, however late it is polled', () => {
    const held = { id: 'g', title: 'EMBARGOED UNTIL FRIDAY 1000 GMT - The census', published: NOW }
    const friday = Date.UTC(2022, 0, 7, 10)
    expect(report(held).embargo).toBe(friday)
    expect(report(held, '', { now: friday - 1 }).embargo).toBe(friday)
    expect(report(held, '', { now: friday + 3_600_000 }).embargo).toBeNull()
  })

  it('has a hash that title, text and address change, and nothing else', () => {
    const plain = { id: 'g', title: 'T', url: 'https://a.example/x' }
    const { hash } = report(plain, 'text')
    expect(report({ ...plain, categories: ['c'], published: 5, summary: '<p>s</p>' }, 'text').hash).toBe(hash)
    expect(report({ ...plain, title: 'U' }, 'text').hash).not.toBe(hash)
    expect(report(plain, 'other').hash).not.toBe(hash)
    expect(report({ ...plain, url: 'https://a.example/y' }, 'text').hash).not.toBe(hash)
  })

  it('is decided by what it says and the time of the poll alone, and its time is never after the poll', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(
        fc.record({
          id: fc.option(text),
          url: fc.option(fc.webUrl()),
          title: text,
          published: fc.option(fc.integer({ min: -1e12, max: 4e12 })),
          updated: fc.option(fc.integer({ min: -1e12, max: 4e12 })),
        }),
        text,
        fc.constantFrom('guid' as const, 'url' as const, 'title' as const),
        (draft, body, identity) => {
          const made = toReport(entry(draft), body, { ...CONTEXT, identity })
          expect(toReport(entry(draft), body, { ...CONTEXT, identity })).toEqual(made)
          if (!made.ok) return
          expect(made.report.time).toBeLessThanOrEqual(NOW)
          expect(made.report.guid.length).toBeGreaterThan(0)
          expect(made.report.guid.length).toBeLessThanOrEqual(1_024)
          expect(made.report.title.trim()).not.toBe('')
        },
      ),
      { seed: 20_220_105, numRuns: 300 },
    )
  })
})

describe('a digest', () => {
  it('is 32 hex digits and keeps its parts apart', () => {
    expect(digest('a', 'b')).toMatch(/^[0-9a-f]{32}$/)
    expect(digest('ab')).not.toBe(digest('a', 'b'))
    expect(digest('a', 'bc')).not.toBe(digest('ab', 'c'))
    expect(digest('a', null)).toBe(digest('a', ''))
    expect(digest(new Uint8Array([97]))).toBe(digest('a'))
  })
})
