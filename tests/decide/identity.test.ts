import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Arriving,
  ambiguousValues,
  apart,
  guidKey,
  guidOf,
  type OnFile,
  rematch,
} from '../../src/decide/identity.ts'
import { canonicalUrl } from '../../src/decide/url.ts'
import type { Report } from '../../src/model/decided.ts'
import { entry } from '../store/newsroom.ts'

const LAW = { seed: 20_220_105, numRuns: 300 }

describe('the key of a guid', () => {
  it.each([
    ['the scheme', 'http://a.example/x', 'https://a.example/x'],
    ['a closing slash', 'https://a.example/x/', 'https://a.example/x'],
    ['www', 'https://www.a.example/x', 'https://a.example/x'],
    ['tracking', 'https://a.example/x?utm_source=rss&utm_medium=feed', 'https://a.example/x'],
    ['a session of PHP', 'https://a.example/?p=123&PHPSESSID=1a2b3c', 'https://a.example/?p=123'],
    ['a session of Java', 'https://a.example/x;jsessionid=1A2B3C', 'https://a.example/x'],
    ['a session called sid', 'https://a.example/x?sid=0f8fad5bd9cb469fa16570867728950e', 'https://a.example/x'],
    ['the time of the request', 'https://a.example/x?t=1641372000', 'https://a.example/x?t=1641375600'],
    ['the version of the BBC', 'https://a.example/news/world-1#0', 'https://a.example/news/world-1#2'],
    ['capitals in a UUID', 'urn:uuid:0F8FAD5B-D9CB-469F-A165-70867728950E', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['blanks', ' report  12\n', 'report 12'],
  ])('does not depend on %s', (_, one, other) => {
    expect(guidKey(one)).toBe(guidKey(other))
  })

  it.each([
    ['reports of one script', 'https://a.example/?p=123', 'https://a.example/?p=124'],
    ['numbers', '123', '124'],
    ['stories called by sid', 'https://a.example/x?sid=48213', 'https://a.example/x?sid=48214'],
    ['parts of a live page', 'https://a.example/live#post-12', 'https://a.example/live#post-13'],
    ['capitals in a token', 'aBc123', 'abc123'],
    ['home pages of two sites', 'https://a.example/', 'https://b.example/'],
  ])('tells %s apart', (_, one, other) => {
    expect(guidKey(one)).not.toBe(guidKey(other))
  })

  it('is its own key, whatever the guid', () => {
    const guid = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.uuid(),
      fc.string().map(text => `https://a.example/${text}`),
    )
    fc.assert(
      fc.property(guid, written => {
        const key = guidKey(written)
        expect(guidKey(key)).toBe(key)
      }),
      LAW,
    )
  })
})

describe('the guid of an entry', () => {
  it('is not its title, where it has an address', () => {
    const titled = { id: 'The Dam  broke', url: 'https://a.example/x', title: 'The dam broke' }
    expect(guidOf(entry({ ...titled, id: 'THE DAM BROKE' }), titled.title, '', 'guid')).toBe('https://a.example/x')
    expect(guidOf(entry({ ...titled, url: 'https://a.example/' }), titled.title, '', 'guid')).toBe('The Dam  broke')
    expect(guidOf(entry({ ...titled, url: null }), titled.title, '', 'guid')).toBe('The Dam  broke')
    expect(guidOf(entry({ ...titled, id: 'dam-1' }), titled.title, '', 'guid')).toBe('dam-1')
  })
})

describe('a reused guid', () => {
  const report = (guid: string, hash: string) => ({ guid, hash }) as Report
  it('stands for several texts; one text given twice is one', () => {
    const reports = [report('a', '1'), report('a', '2'), report('b', '3'), report('b', '3'), report('c', '4')]
    expect([...ambiguousValues(reports, ({ guid }) => guid)]).toEqual(['a'])
  })

  it('is told apart by a mark, and never grows past the length of a guid', () => {
    expect(apart('a', 'm')).toBe('a#m')
    expect(apart('a'.repeat(2_000), 'm'.repeat(32)).length).toBeLessThan(1_024)
  })
})

const TOPICS = [
  'The coastal road opened again after the water fell and lorries returned to the harbour in the afternoon',
  'Teachers of the northern valley ended their strike when the council agreed to repair the oldest schools',
  'A ferry with ninety passengers ran aground near the lighthouse and was towed free before nightfall',
  'The central bank left its rate unchanged and said that prices of bread and fuel would fall by spring',
  'Archaeologists found a tiled bath beneath the market square while workers were laying a water main',
  'Two rivers burst their banks and farmers moved their herds to the hills for a third time this winter',
  'The national team won the handball final with a goal in the last second of extra time on Sunday',
  'Parliament passed the budget after a night of debate with three votes more than were needed for it',
  'A museum of weaving opens in the old mill where looms from four centuries will be shown at work',
  'Snow closed the mountain pass and the army brought food to a dozen villages by helicopter at dawn',
]

const filed = (at: number, more: Partial<OnFile> = {}): OnFile => {
  const url = `http://old.example/2022/01/${at}-news-of-the-day`
  return {
    id: 100 + at,
    guid: url,
    canonicalUrl: canonicalUrl(url),
    title: `Item ${at}`,
    text: TOPICS[at] ?? '',
    ...more,
  }
}
const arriving = (at: number, more: Partial<Arriving> = {}): Arriving => {
  const { id: _, ...plain } = filed(at)
  return { ...plain, ...more }
}
const ALL = TOPICS.map((_, at) => at)

describe('a feed that turns new', () => {
  it('with https in its guids is matched guid by guid', () => {
    const found = rematch(
      ALL.map(at => arriving(at, { guid: filed(at).guid.replace('http:', 'https:') })),
      ALL.map(at => filed(at)),
    )
    expect(found.pairs).toEqual(ALL.map(at => ({ entry: at, report: 100 + at, rule: 'guid', similarity: 1 })))
    expect(found.migration?.sentence).toBe(
      'the feed changed its ids: 10 of 10 entries that looked new were matched to reports on file, by id',
    )
  })

  it('with another guid scheme is matched by address', () => {
    const found = rematch(
      ALL.map(at => arriving(at, { guid: `tag:old.example,2022:${at}` })),
      ALL.map(at => filed(at)),
    )
    expect(found.pairs.map(({ rule }) => rule)).toEqual(ALL.map(() => 'address'))
    expect(found.migration).toMatchObject({ entries: 10, unknown: 10, matched: 10 })
  })

  it('on another host is matched by path', () => {
    const moved = (at: number) => filed(at).guid.replace('old.example', 'news.new.example')
    const found = rematch(
      ALL.map(at =>
        arriving(at, { guid: moved(at), canonicalUrl: canonicalUrl(moved(at)), title: `Renamed ${at}`, text: '' }),
      ),
      ALL.map(at => filed(at)),
    )
    expect(found.pairs.map(({ report, rule }) => [report, rule])).toEqual(ALL.map(at => [100 + at, 'path']))
    expect(found.migration?.sentence).toContain('moved to another host')
  })

  it('with new addresses is matched by title and text, and by the likeness of texts', () => {
    const found = rematch(
      ALL.map(at =>
        arriving(at, {
          guid: `n${at}`,
          canonicalUrl: `https://new.example/n/${at}`,
          text: at % 2 === 0 ? (TOPICS[at] ?? '') : `${TOPICS[at]} More follows.`,
        }),
      ),
      ALL.map(at => filed(at)),
    )
    expect(found.pairs.map(({ report, rule }) => [report, rule])).toEqual(
      ALL.map(at => [100 + at, at % 2 === 0 ? 'words' : 'likeness']),
    )
    expect(found.migration?.sentence).toContain('5 by title and text, 5 by likeness of text')
  })

  it('tells what is really new from what is on file', () => {
    const fresh = arriving(9, {
      guid: 'n9',
      canonicalUrl: 'https://new.example/9',
      title: 'Fresh',
      text: 'Nothing like it',
    })
    const found = rematch(
      [...ALL.slice(0, 9).map(at => arriving(at, { guid: `n${at}` })), fresh],
      ALL.slice(0, 9).map(at => filed(at)),
    )
    expect(found.pairs.map(({ entry }) => entry)).toEqual(ALL.slice(0, 9))
    expect(found.migration).toMatchObject({ unknown: 10, matched: 9 })
  })

  it('but holds only fresh news after a long silence is no migration', () => {
    const other = ALL.map(at => ({
      guid: `n${at}`,
      canonicalUrl: `https://old.example/2022/02/${at}-other-news-of-the-day`,
      title: `Other ${at}`,
      text: `Quite another report number ${at} about something else altogether, with ${at * 7} words of its own`,
    }))
    expect(
      rematch(
        other,
        ALL.map(at => filed(at)),
      ),
    ).toEqual({ pairs: [], migration: null })
  })

  it('keeps its template apart: table of the day, the same words with other numbers', () => {
    const table = (day: number) =>
      `${TOPICS.join('. ')}. Gold closed at ${1_800 + day} and oil at ${70 + day} while wheat stood at ${200 + day}`
    const found = rematch(
      [5, 6, 7, 8, 9].map(day =>
        arriving(0, { guid: `d${day}`, canonicalUrl: null, title: `Prices, day ${day}`, text: table(day) }),
      ),
      [0, 1, 2, 3, 4].map(day =>
        filed(0, { id: day, guid: `d${day}`, canonicalUrl: null, title: `Prices, day ${day}`, text: table(day) }),
      ),
    )
    expect(found).toEqual({ pairs: [], migration: null })
  })
})

describe('a feed in its usual state', () => {
  it('has one report whose guid changed its form: it is found, and it is no migration', () => {
    const found = rematch(
      [arriving(0, { guid: `${filed(0).guid}/?utm_source=rss` }), ...ALL.slice(1).map(at => arriving(at))],
      ALL.map(at => filed(at)),
    )
    expect(found).toEqual({ pairs: [{ entry: 0, report: 100, rule: 'guid', similarity: 1 }], migration: null })
  })

  it('gives a report another guid at the same address: it is the same report if the text is alike', () => {
    const known = ALL.map(at => filed(at))
    const rest = ALL.slice(1).map(at => arriving(at))
    expect(
      rematch([arriving(0, { guid: 'other', title: 'Edited', text: `${TOPICS[0]} and ships` }), ...rest], known).pairs,
    ).toHaveLength(1)
    const weather = arriving(0, {
      guid: 'other',
      title: 'Tomorrow',
      text: 'Sun in the south and a light wind along the coast',
    })
    expect(rematch([weather, ...rest], known).pairs).toEqual([])
  })

  it('leaves alone what is on file under its guid, though another entry has its address', () => {
    const known = ALL.map(at => filed(at))
    const twin = arriving(0, { guid: 'twin' })
    expect(rematch([...ALL.map(at => arriving(at)), twin], known)).toEqual({ pairs: [], migration: null })
  })

  it('matches nothing by a key that two entries share', () => {
    const known = [filed(0, { guid: 'http://old.example/x' })]
    const entries = ['https://old.example/x', 'https://www.old.example/x'].map((guid, at) =>
      arriving(at + 1, { guid, canonicalUrl: null }),
    )
    expect(rematch(entries, known).pairs).toEqual([])
  })

  it('has nothing on file at the first poll', () => {
    expect(
      rematch(
        ALL.map(at => arriving(at)),
        [],
      ),
    ).toEqual({ pairs: [], migration: null })
    expect(
      rematch(
        [],
        ALL.map(at => filed(at)),
      ),
    ).toEqual({ pairs: [], migration: null })
  })
})

describe('laws of matching again', () => {
  const some = fc.record({
    guid: fc.constantFrom('a', 'b', 'http://a.example/x', 'https://a.example/x', 'http://www.a.example/x/', 'c', 'd'),
    canonicalUrl: fc.constantFrom(
      null,
      'https://a.example/x-2022-1',
      'https://b.example/x-2022-1',
      'https://a.example/y',
    ),
    title: fc.constantFrom('One', 'Two', ''),
    text: fc.constantFrom('', ...TOPICS.slice(0, 3)),
  })

  it('no entry and no report is in two pairs, and what is known by its guid is in none', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), fc.array(some, { maxLength: 12 }), (entries, known) => {
        const onFile = known.map((report, id) => ({ ...report, id }))
        const { pairs } = rematch(entries, onFile)
        expect(new Set(pairs.map(pair => pair.entry)).size).toBe(pairs.length)
        expect(new Set(pairs.map(pair => pair.report)).size).toBe(pairs.length)
        const guids = new Set<string>(known.map(({ guid }) => guid))
        for (const { entry: at } of pairs) expect(guids.has(entries[at]?.guid ?? '')).toBe(false)
      }),
      LAW,
    )
  })

  it('a feed found again as it is needs no matching', () => {
    fc.assert(
      fc.property(fc.uniqueArray(some, { selector: ({ guid }) => guid, maxLength: 7 }), entries => {
        expect(
          rematch(
            entries,
            entries.map((report, id) => ({ ...report, id })),
          ),
        ).toEqual({ pairs: [], migration: null })
      }),
      LAW,
    )
  })
})
