// By which language a document's dates are read, and what is said of those that are not certain.
import { describe, expect, it } from 'vitest'
import { parseFeed } from '../../../src/collect/feed/parse.ts'

interface Given {
  language?: string
  title?: string
  dates: readonly string[]
  titles?: readonly string[]
  configured?: string
}

const rss = ({ language, title = 'Plain', dates, titles = [] }: Given): string =>
  `<rss version="2.0"><channel><title>${title}</title>${language === undefined ? '' : `<language>${language}</language>`}${dates
    .map(
      (date, index) =>
        `<item><title>${titles[index] ?? `Note ${index}`}</title><guid>${index}</guid><pubDate>${date}</pubDate></item>`,
    )
    .join('')}</channel></rss>`

async function parsed(text: string, configured?: string) {
  const outcome = await parseFeed(text, { url: null, maxEntries: 100, language: configured ?? null })
  if (!outcome.ok) throw new Error(outcome.reason)
  const { entries, warnings } = outcome.value
  const times = entries.map(({ published }) =>
    published === null ? null : new Date(published).toISOString().slice(0, 16),
  )
  return { times, warnings }
}

const timesOf = async (given: Given) => (await parsed(rss(given), given.configured)).times

describe('the language of dates', () => {
  const dates = ['Tue, 14 Apr 2026 10:00:00 AST']

  it('is the one the document names', async () => {
    expect(await timesOf({ language: 'ar', dates })).toEqual(['2026-04-14T07:00'])
    expect(await timesOf({ language: 'en-ca', dates })).toEqual(['2026-04-14T14:00'])
  })

  it('is the one of the configuration before the document', async () => {
    expect(await timesOf({ language: 'en', dates, configured: 'ar' })).toEqual(['2026-04-14T07:00'])
  })

  it('is seen from the script of the titles where none is named, or a template names another', async () => {
    const titles = ['انطلاق معرض الزهور في المدينة']
    expect(await timesOf({ dates, titles })).toEqual(['2026-04-14T07:00'])
    expect(await timesOf({ language: 'en-US', dates, titles })).toEqual(['2026-04-14T07:00'])
    const chinese = { dates: ['Tue, 14 Apr 2026 10:00:00 CST'], titles: ['城市花展今日开幕'] }
    expect(await timesOf({ language: 'en-US', ...chinese })).toEqual(['2026-04-14T02:00'])
    const persian = { dates: ['۰۵/۰۱/۲۵'], titles: ['گزارش نمایشگاه گل در شهر'] }
    expect(await timesOf(persian)).toEqual(['2026-04-14T00:00'])
  })

  it('is an entry’s own where it names one', async () => {
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Two</title>
      <entry xml:lang="he"><id>a</id><title>A</title><updated>2026-04-14 10:00:00 IST</updated></entry>
      <entry><id>b</id><title>B</title><published>2026-04-14 10:00:00 IST</published></entry>
      <entry xml:lang="he"><id>c</id><title>C</title><published>2026-04-14 10:00:00 IST</published></entry></feed>`
    expect((await parsed(atom)).times).toEqual([null, '2026-04-14T04:30', '2026-04-14T08:00'])
  })

  it('is not an entry’s own where its title is in another script', async () => {
    const item =
      '<item><title>انطلاق المعرض</title><dc:language>en</dc:language><pubDate>14 Apr 2026 10:00 AST</pubDate></item>'
    const text = `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>x</title>${item}</channel></rss>`
    expect((await parsed(text)).times).toEqual(['2026-04-14T07:00'])
  })

  it('counts in a JSON Feed too', async () => {
    const json = (language: string) =>
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'Plain',
        language,
        items: [{ id: '1', title: 'Note', date_published: '2026-04-14 10:00:00 AST' }],
      })
    expect((await parsed(json('ar'))).times).toEqual(['2026-04-14T07:00'])
    expect((await parsed(json('en'))).times).toEqual(['2026-04-14T14:00'])
  })
})

describe('what is said of dates', () => {
  it('names each unknown zone once, with an example, and how many dates are in it', async () => {
    const dates = ['Tue, 14 Apr 2026 10:00:00 QXT', 'Tue, 14 Apr 2026 11:00:00 QXT', 'Tue, 14 Apr 2026 12:00:00 GMT']
    const { times, warnings } = await parsed(rss({ language: 'en', dates }))
    expect(times).toEqual(['2026-04-14T10:00', '2026-04-14T11:00', '2026-04-14T12:00'])
    expect(warnings).toEqual([
      'the time zone «QXT» is not known: 2 dates, such as «Tue, 14 Apr 2026 10:00:00 QXT», are read as UTC and may be hours off',
    ])
  })

  it('stays short where a document makes up a zone for every entry', async () => {
    const letters = 'BCDFGHJKLM'
    const dates = [...letters].map(letter => `Tue, 14 Apr 2026 10:00:00 QX${letter}`)
    const { warnings } = await parsed(rss({ language: 'en', dates }))
    expect(warnings).toHaveLength(6)
    expect(warnings.at(-1)).toBe('5 dates are in other time zones that are not known: read as UTC')
  })

  it('says that a month of two meanings could not be read', async () => {
    const { times, warnings } = await parsed(rss({ language: 'en', dates: ['6 listopada 2026'] }))
    expect(times).toEqual([null])
    expect(warnings).toEqual(['the date «6 listopada 2026» could not be read: left out'])
  })

  it('says that Islamic dates are left out', async () => {
    const { times, warnings } = await parsed(rss({ language: 'ar', dates: ['26 شوال 1447 هـ', '1447/10/26'] }))
    expect(times).toEqual([null, null])
    expect(warnings).toEqual(['2 dates are of the Islamic calendar only: left out'])
  })

  it('is nothing where all is certain', async () => {
    const dates = [
      '14. april 2026 kl. 10.00',
      '2026-04-14T10:00:00,250Z',
      '۱۴۰۵/۰۱/۲۵ ۱۰:۰۰',
      '14 أبريل 2026 10:00 AST',
    ]
    expect((await parsed(rss({ language: 'da', dates }))).warnings).toEqual([])
  })
})
