// The words of a page are the reader's, the news an edition's.
import { describe, expect, it } from 'vitest'
import { spokenTag, wishedLanguage } from '../../src/publish/words/language.ts'
import { aDay, HOUR, NOW, serve } from './fixture.ts'

const html = (body: string): string => /<html [^>]*>/.exec(body)?.[0] ?? ''

describe('the words of a page', () => {
  it.each([
    [{ 'accept-language': 'ar' }, '<html lang="ar" dir="rtl">'],
    [{ 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.8' }, '<html lang="fr" dir="ltr">'],
    [{ 'accept-language': 'de, ar;q=0.5, en;q=0.4' }, '<html lang="ar" dir="rtl">'],
    [{ 'accept-language': 'ar-EG' }, '<html lang="ar-EG" dir="rtl">'],
    [{ 'accept-language': 'de' }, '<html lang="en" dir="ltr">'],
    [{ 'accept-language': 'ar', cookie: 'a=b; hl=fr' }, '<html lang="fr" dir="ltr">'],
    [{ 'accept-language': 'ar', cookie: 'hl=xx' }, '<html lang="ar" dir="rtl">'],
  ] as const)('with %j are %s', async (headers, expected) => {
    const { text } = serve(aDay().reader)
    for (const path of ['/', '/threads/1', '/stories/1', '/search', '/agencies', '/agencies/nile', '/feeds', '/nope'])
      expect(html(await text(path, { headers })), path).toBe(expected)
  })

  it('are chosen by the address before all else, and remembered in a cookie', async () => {
    const { get } = serve(aDay().reader)
    const response = await get('/agencies?hl=fr', { headers: { cookie: 'hl=ar', 'accept-language': 'en' } })
    expect(html(await response.text())).toBe('<html lang="fr" dir="ltr">')
    expect(response.headers.get('set-cookie')).toBe('hl=fr; Path=/wires; Max-Age=31536000; SameSite=Lax')
    expect((await get('/agencies')).headers.has('set-cookie')).toBe(false)
    expect((await get('/agencies?hl=zz')).headers.has('set-cookie')).toBe(false)
  })

  it('are not those of another reader who asked before', async () => {
    const { text } = serve(aDay().reader)
    for (const [language, words] of [
      ['ar', 'الأحداث'],
      ['fr', 'Événements'],
      ['en', '>Events<'],
      ['ar', 'الأحداث'],
    ] as const)
      expect(await text('/', { headers: { 'accept-language': language } })).toContain(words)
  })

  it('lie ready in each language apart', async () => {
    const { site, text } = serve(aDay().reader)
    for (const language of ['ar', 'fr']) await text('/', { headers: { 'accept-language': language } })
    const asked = { acceptEncoding: null, ifNoneMatch: null, ifModifiedSince: null }
    const ready = (language: string | null) => site.ready('/', { ...asked, language })?.body?.toString() ?? null
    expect(ready('en')).toBeNull()
    expect(ready('ar')).toBeNull()
    for (const language of ['ar', 'fr']) await text('/', { headers: { 'accept-language': language } })
    expect(html(ready('ar') ?? '')).toBe('<html lang="ar" dir="rtl">')
    expect(html(ready('fr') ?? '')).toBe('<html lang="fr" dir="ltr">')
  })

  it('are kept by links, with the language of the news, where the address named them', async () => {
    const body = await serve(aDay().reader).text('/?hl=fr&lang=ar')
    expect(body).toContain('href="/wires/agencies?hl=fr&amp;lang=ar"')
    expect(body).toMatch(/href="\/wires\/threads\/\d+\?hl=fr&amp;lang=ar"/)
    expect(body).toContain('href="/wires/feed.atom?lang=ar&amp;hl=fr"')
    expect(body).not.toContain('href="/wires/feed.atom?lang=ar"')
    expect(await serve(aDay().reader).text('/?hl=en')).toContain('href="/wires/feed.atom?lang=en"')
  })

  it('are refused in no language, nor is a request', () => {
    expect(wishedLanguage('x'.repeat(10_000), 'q=;;;,,*;q=9'.repeat(1_000))).toBeNull()
    expect(spokenTag('ar-Latn-EG')).toBe('ar-EG')
    expect(spokenTag('EN_us')).toBe('en-US')
    expect(spokenTag('en-AU')).toBe('en')
    expect(spokenTag('')).toBeNull()
  })
})

describe('the language of the news', () => {
  const headlines = (body: string): Set<string | undefined> =>
    new Set([...body.matchAll(/<h[23] lang="(\w+)"/g)].map(match => match[1]))

  it('is the reader’s where any feed writes it, else all side by side', async () => {
    const { text } = serve(aDay().reader)
    for (const language of ['ar', 'en', 'fr'])
      expect(headlines(await text('/', { headers: { 'accept-language': language } }))).toEqual(new Set([language]))
    const english = serve(aDay().reader, { language: 'fa' })
    expect(await english.text('/')).toContain('class="columns"')
  })

  it('is no condition where an agency or words are chosen', async () => {
    const body = await serve(aDay().reader).text('/?agency=manar')
    expect(headlines(body).has('ar')).toBe(true)
    expect(body).toContain('<bdi>وكالة المنار</bdi></b>')
  })

  it('that nobody writes is said, with those that are written', async () => {
    expect(await serve(aDay().reader).text('/?lang=de&hl=fr')).toContain('Rien en Deutsch depuis 24 heures.')
  })
})

describe('the time zone of the configuration', () => {
  it('is that of every moment and day on a page, and is named', async () => {
    const { text } = serve(aDay().reader, { timeZone: 'Asia/Dubai' })
    const body = await text('/threads/1')
    expect(body).toContain('<time datetime="2022-01-05T09:00:00.000Z" data-f="short">5 Jan, 13:00</time>')
    expect(body).toContain('Times in Gulf Standard Time')
    expect(await text('/threads/1?hl=ar')).toContain('الأوقات حسب توقيت الخليج')
  })

  it('parts the course of an event into its own days', async () => {
    const store = aDay()
    store.put({ id: 70, title: 'A bridge is closed', time: NOW + 3 * HOUR, thread: 1, threadKey: 't1' })
    const days = (body: string): number => body.match(/<li class="day"/g)?.length ?? 0
    expect(days(await serve(store.reader).text('/threads/1'))).toBe(1)
    expect(days(await serve(store.reader, { timeZone: 'Asia/Dubai' }).text('/threads/1'))).toBe(2)
  })
})

describe('a query that is not understood', () => {
  it('is answered in the words of the reader, with what was meant', async () => {
    const { get } = serve(aDay().reader)
    const response = await get('/?agency=manr', { headers: { 'accept-language': 'fr' } })
    expect(response.status).toBe(400)
    const body = await response.text()
    expect(body).toContain('L’agence «\u202fmanr\u202f» est inconnue')
    expect(body).toMatch(/Vouliez-vous dire <a[^>]*href="\/wires\/agencies\/manar">/)
    expect(await (await get('/?agency=qqqqqqq')).text()).not.toContain('Did you mean')
  })
})
