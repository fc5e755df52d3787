// Which entries are taken of a document that has more than are taken.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Newest, type Times } from '../../../src/collect/feed/newest.ts'
import { parseFeed } from '../../../src/collect/feed/parse.ts'
import type { ParsedFeed } from '../../../src/model/collected.ts'

const NOW = Date.parse('2026-03-31T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Days of March 2026 at noon; null for an entry without a date. */
type Days = readonly (number | null)[]
const iso = (day: number): string => new Date(Date.UTC(2026, 2, day, 12)).toISOString()

const rss = (days: Days): string =>
  `<rss version="2.0"><channel><title>W</title>${days
    .map((day, at) => `<item><title>${at}</title>${day === null ? '' : `<pubDate>${iso(day)}</pubDate>`}</item>`)
    .join('')}</channel></rss>`
const atom = (days: Days): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title>${days
    .map((day, at) => `<entry><title>${at}</title>${day === null ? '' : `<updated>${iso(day)}</updated>`}</entry>`)
    .join('')}</feed>`
const rdf = (days: Days): string =>
  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>W</title></channel>${days
    .map((day, at) => `<item><title>${at}</title>${day === null ? '' : `<dc:date>${iso(day)}</dc:date>`}</item>`)
    .join('')}</rdf:RDF>`
const json = (days: Days): string =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    items: days.map((day, at) => ({
      id: String(at),
      title: String(at),
      ...(day === null ? {} : { date_published: iso(day) }),
    })),
  })

async function read(text: string, maxEntries: number): Promise<ParsedFeed> {
  const parsed = await parseFeed(text, { url: null, maxEntries, now: NOW })
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}
const taken = async (text: string, maxEntries: number): Promise<number[]> =>
  (await read(text, maxEntries)).entries.map(entry => Number(entry.title))

const rising = Array.from({ length: 20 }, (_, at) => at + 1)

describe.each([
  ['RSS', rss],
  ['Atom with updated alone', atom],
  ['RSS 1.0', rdf],
  ['JSON Feed', json],
])('of more entries than are taken, %s', (_format, write) => {
  it('gives the newest where they stand last', async () => {
    expect(await taken(write(rising), 5)).toEqual([15, 16, 17, 18, 19])
  })

  it('gives the newest where they stand first', async () => {
    expect(await taken(write(rising.toReversed()), 5)).toEqual([0, 1, 2, 3, 4])
  })

  it('gives the newest where they stand anywhere, in the order of the document', async () => {
    expect(await taken(write([3, 20, 1, 18, 2, 19, 4, 17]), 4)).toEqual([1, 3, 5, 7])
  })

  it('gives the first where none has a date', async () => {
    expect(await taken(write(rising.map(() => null)), 3)).toEqual([0, 1, 2])
  })

  it('counts an entry without a date as of the date before it', async () => {
    expect(await taken(write([1, null, 2, 3, null, 4, null]), 4)).toEqual([3, 4, 5, 6])
    expect(await taken(write([null, 9, null, 8, 2, null, 1]), 4)).toEqual([0, 1, 2, 3])
  })

  it('lets no date far ahead push out a true one', async () => {
    expect(await taken(write([400, 500, 600, 700, 3, 2, 1]), 3)).toEqual([4, 5, 6])
    expect(await taken(write([400, 3, 500, 2, 1]), 4)).toEqual([0, 1, 3, 4])
    // Tomorrow is another time zone, not a claim about the future.
    expect(await taken(write([32, 3, 2]), 2)).toEqual([0, 1])
  })

  it('says how many are left out, of which dates, and which setting takes them', async () => {
    expect((await read(write(rising), 5)).warnings).toEqual([
      'the document has 20 entries: the newest 5 are kept, 15 of 2026-03-01 to 2026-03-15 left out (poll.maxEntries takes more, up to 10000)',
    ])
    expect((await read(write(rising), 20)).warnings).toEqual([])
  })
})

describe('choosing the newest', () => {
  const choose = (times: readonly Times[], limit: number) => {
    const newest = new Newest<number>(limit, NOW, at => times[at] as Times)
    times.forEach((_, at) => {
      newest.push(at)
    })
    return newest.take().entries
  }
  const published = (days: Days): Times[] =>
    days.map(day => ({ published: day === null ? null : Date.parse(iso(day)), updated: null }))

  it('breaks ties in the direction in which the dates run', () => {
    expect(choose(published([1, 2, 3, 3, 3, 3]), 2)).toEqual([4, 5])
    expect(choose(published([3, 3, 3, 3, 2, 1]), 2)).toEqual([0, 1])
    expect(choose(published([3, 3, 3, 3]), 2)).toEqual([0, 1])
  })

  it('takes an old entry that was changed lately, and no touched archive in place of what is new', () => {
    const [old, fresh] = [NOW - 300 * DAY, NOW - HOUR]
    const archive = Array.from({ length: 30 }, (_, at) => ({ published: old + at, updated: NOW }))
    const news = Array.from({ length: 5 }, () => ({ published: fresh, updated: fresh }))
    expect(choose([...archive, ...news], 10)).toEqual(expect.arrayContaining([30, 31, 32, 33, 34]))
    const corrected = { published: old, updated: NOW }
    const daily = Array.from({ length: 30 }, (_, at) => ({ published: NOW - at * DAY, updated: null }))
    expect(choose([...daily, corrected], 10)).toContain(30)
  })

  it('gives the same however much of the document it has seen at once', () => {
    const time = fc.option(fc.integer({ min: NOW - 30 * DAY, max: NOW + 10 * DAY }), { nil: null })
    const times = fc.array(fc.record({ published: time, updated: time }), { maxLength: 60 })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 10 }), (entries, limit) => {
        const dated = entries.filter(({ published, updated }) => published !== null || updated !== null)
        const small = choose(dated, limit)
        expect(small).toHaveLength(Math.min(limit, dated.length))
        expect(small).toEqual(small.toSorted((a, b) => a - b))
        // No true date that was left out is newer than all that were taken by their date of publication.
        const when = (at: number): number => {
          const { published = null, updated = null } = dated[at] ?? {}
          const real = [published, updated].find(one => one !== null && one <= NOW + 2 * DAY)
          return real ?? Number.NEGATIVE_INFINITY
        }
        const left = dated.map((_, at) => at).filter(at => !small.includes(at))
        const half = Math.ceil(limit / 2)
        const best = small.map(when).toSorted((a, b) => b - a)[half - 1]
        for (const at of left) expect(when(at)).toBeLessThanOrEqual(best ?? Number.POSITIVE_INFINITY)
      }),
    )
  })

  it('holds no more than twice as many as are taken', () => {
    const newest = new Newest<number>(10, NOW, at => ({ published: NOW - at, updated: null }))
    let most = 0
    for (let at = 0; at < 1_000; at++) {
      newest.push(at)
      most = Math.max(most, newest.size)
    }
    expect(most).toBeLessThan(20)
    expect(newest.take().left).toMatchObject({ all: 1_000, count: 990 })
  })
})
