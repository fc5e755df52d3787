// What is typed into the box, and the page of what was found.
import { describe, expect, it } from 'vitest'
import { matcher } from '../../src/language/search.ts'
import { placeIn, snippet } from '../../src/publish/pages/parts/snippet.ts'
import { readTyped } from '../../src/publish/search.ts'
import { aDay, NOW, serve, unscripted } from './fixture.ts'

const agencyOf = (name: string): string | null => (name === 'sahel' ? 'sahel' : null)
const read = (typed: string) => readTyped(typed, agencyOf, NOW)
const page = async (typed: string, more = '') =>
  unscripted(await serve(aDay().reader).text(`/search?q=${encodeURIComponent(typed)}${more}`))

describe('what is typed', () => {
  it.each([
    ['flood port', 'flood port', []],
    ['flood agency:sahel', 'flood', ['agency sahel']],
    ['lang:AR since:7d flood', 'flood', ['lang ar', 'since 7d']],
    ['"burst its banks" -dam', '', ['exact burst its banks', 'without dam']],
    ['-"two words" x', 'x', ['without two words']],
    ['agency:nobody flood', 'nobody flood', []],
    ['since:yesterday', 'yesterday', []],
    ['https://x.example/a 12:30 "" -', 'https://x.example/a 12:30 -', []],
  ])('%j is the words %j with %j', (typed, words, narrowings) => {
    const found = read(typed)
    expect(found.words).toBe(words)
    expect(found.narrowings.map(({ kind, value }) => `${kind} ${value}`)).toEqual(narrowings)
    expect(found.unknown).toEqual([])
  })

  it('with an operator that there is not is told', () => {
    expect(read('foo:bar flood')).toEqual({ words: 'flood', narrowings: [], unknown: ['foo'] })
  })
})

describe('a snippet', () => {
  it('marks the form that is written, whatever was typed', () => {
    const found = snippet('خرجت الاحتجاجات في المدينة', 'ar', matcher('احتجاج'))
    expect(found?.source).toContain('<mark>الاحتجاجات</mark>')
    expect(snippet('The rivers rose', 'en', matcher('river'))?.source).toContain('<mark>rivers</mark>')
    expect(snippet('Nothing here', 'en', matcher('river'))).toBeNull()
  })

  it('is short, and begins before the first word found', () => {
    const text = `${'before '.repeat(100)}river <b> ${'after '.repeat(100)}`
    const found = snippet(text, 'en', matcher('river'))?.source ?? ''
    expect(found).toMatch(/^…before/)
    expect(found).toMatch(/<mark>river<\/mark> &lt;b&gt; after .*…$/)
    expect(found.replace(/<[^>]*>/g, '').length).toBeLessThan(170)
  })
})

describe('the place that is shown', () => {
  it('is the one where most of the words stand beside each other, in the text that has it', () => {
    const matches = matcher('price of haddock')
    const feed = 'Crews of the three ferry lines voted to sail again.'
    const page = `${feed} ${'and so on '.repeat(30)}while the price of haddock had doubled.`
    expect(placeIn([feed], 'en', matches)?.source).toMatch(/^Crews <mark>of<\/mark> the/)
    const found = placeIn([feed, page], 'en', matches)?.source
    expect(found).toContain('<mark>price</mark> <mark>of</mark> <mark>haddock</mark> had doubled.')
    expect(placeIn([feed, ''], 'en', matcher('mackerel'))).toBeNull()
    expect(placeIn([], 'en', matches)).toBeNull()
  })
})

describe('the page of a search', () => {
  it('groups reports by event, with what narrows it and a feed of it', async () => {
    const body = await page('Port Salam')
    expect(body).toMatch(/\d reports in 1 event/)
    expect(body).toMatch(/<h3[^>]*><a href="\/wires\/threads\/1">/)
    expect(body).toContain('<mark>Port</mark> <mark>Salam</mark>')
    expect(body).toMatch(/href="\/wires\/search\?q=Port\+Salam&amp;lang=fr"><bdi>français<\/bdi> \(1\)/)
    expect(body).toContain('href="/wires/feed.atom?q=Port+Salam"')
  })

  it('finds by operators, shows them, and lets each be removed', async () => {
    const body = await page('Port agency:north')
    expect(body).toContain('North Wire')
    expect(body).not.toContain('Crue à Port Salam')
    expect(body).toMatch(/href="\/wires\/search\?q=Port" aria-label="Remove agency:north"/)
    expect(await page('agency:north')).toMatch(/Rail strike/)
    expect(await page('Port -toll')).not.toContain('rises to five')
    expect(await page('"toll rises"')).toContain('<mark>rises</mark> to five')
  })

  it('answers an operator that there is not with a sentence', async () => {
    expect(await page('foo:bar Port')).toContain('There is no “foo:”. Try agency:, lang: or since:.')
  })

  it('that finds nothing says what is found without each condition', async () => {
    const body = await page('Port lang:de')
    expect(body).toContain('Nothing found for “Port lang:de”.')
    expect(body).toMatch(/href="\/wires\/search\?q=Port">without lang:de<\/a>: \d reports/)
  })

  it('runs in the direction of most of what it found', async () => {
    expect(await page('بورت')).toContain('<main id="news" lang="ar" dir="rtl">')
    expect(await page('Port')).toContain('<main id="news" lang="en" dir="ltr">')
  })

  it('is narrowed to what was corrected or withdrawn by the address', async () => {
    const body = await page('', '&kind=corrections')
    expect(body).toContain('Dam above Port Salam')
    expect(body).not.toContain('Rail strike')
    expect(body).toContain('aria-label="Remove kind:corrections"')
    expect((await serve(aDay().reader).get('/search?kind=other')).status).toBe(400)
  })
})
