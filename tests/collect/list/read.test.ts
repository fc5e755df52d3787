// Lists on pages: entries are read by selectors, by JSON-LD or by repeated articles, and hostile pages bring nothing down.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBounded } from '../../../src/collect/feed/bounded.ts'
import { type ListOptions, parseList } from '../../../src/collect/list/read.ts'
import type { ParsedFeed } from '../../../src/model/collected.ts'
import type { PageRules } from '../../../src/model/config.ts'

const NOW = Date.UTC(2026, 10, 29, 12)
const NONE: PageRules = { items: null, title: null, link: null, time: null, summary: null, zone: null }

function options(rules: Partial<PageRules> = {}, more: Partial<ListOptions> = {}): ListOptions {
  return {
    url: 'https://wire.example/news/',
    maxEntries: 1_000,
    now: NOW,
    language: null,
    partial: false,
    rules: { ...NONE, ...rules },
    ...more,
  }
}

function feedOf(html: string, rules: Partial<PageRules> = {}, more: Partial<ListOptions> = {}): ParsedFeed {
  const read = parseList(html, options(rules, more))
  if (!read.ok) throw new Error(read.reason)
  return read.value
}

function reasonOf(html: string, rules: Partial<PageRules> = {}): string {
  const read = parseList(html, options(rules))
  if (read.ok) throw new Error(`read ${read.value.entries.length} entries`)
  return read.reason
}

const brief = ({ entries }: ParsedFeed) =>
  entries.map(({ url, title, published }) => [
    url,
    title,
    published === null ? null : new Date(published).toISOString().slice(0, 16),
  ])

const ARABIC = `<!doctype html><html lang="ar" dir="rtl"><head><title>الأخبار | وكالة المرفأ</title>
<meta property="og:site_name" content="وكالة المرفأ"></head><body>
<header><nav><a href="/politics">سياسة</a><a href="/economy">اقتصاد</a></nav></header>
<main>
 <div class="card"><a class="kicker" href="/politics">سياسة</a>
  <h3><a href="/news/1042?utm_source=home">الحكومة تقر موازنة العام المقبل بعد جلسة طويلة</a></h3>
  <p class="lead">قال وزير المالية إن الموازنة خُفضت بنسبة خمسة في المئة.</p><span class="when">منذ ٣ ساعات</span></div>
 <div class="card"><a href="/news/1041"><img src="/a.jpg"></a>
  <h3><a href="/news/1041">افتتاح جسر جديد فوق النهر في العاصمة</a></h3><span class="when">29 نوفمبر 2026 - 10:15</span></div>
 <div class="card"><h3><a href="/news/1040">منتخب الشباب يبلغ نصف النهائي</a></h3><span class="when">أمس 22:05</span></div>
 <div class="card ad"><h3><a href="https://shop.example/offer">عروض نهاية العام على الهواتف</a></h3></div>
 <div class="card"><h3><a href="javascript:open(7)">قصة لا عنوان لها على الشبكة</a></h3></div>
</main></body></html>`

const ENGLISH = `<html lang="en"><head><title>Latest news</title></head><body>
<nav><article><h2><a href="/about">About the agency and its work</a></h2></article></nav>
<article><a href="/world/flood"><h2>Flood closes the coastal road for a second day</h2></a><time datetime="2026-11-29T09:30:00+02:00">this morning</time></article>
<article><a href="/desk/jones">By A. Jones</a><h2><a href="/world/vote">Council votes to keep the old market open</a></h2><p>2 hours ago</p></article>
<article><h2><a href="/sport/final">Harbour side wins the final on penalties</a></h2><p>1,204 readers</p></article>
<aside><article><h2><a href="/most/read">The most read report of this week</a></h2></article></aside>
</body></html>`

describe('a list on a page', () => {
  it('is read by selectors: link and headline of the heading, dates as the page tells them in its zone', () => {
    const feed = feedOf(ARABIC, { items: '.card', time: '.when', summary: '.lead', zone: 'Asia/Riyadh' })
    expect(brief(feed)).toEqual([
      [
        'https://wire.example/news/1042?utm_source=home',
        'الحكومة تقر موازنة العام المقبل بعد جلسة طويلة',
        '2026-11-29T09:00',
      ],
      ['https://wire.example/news/1041', 'افتتاح جسر جديد فوق النهر في العاصمة', '2026-11-29T07:15'],
      ['https://wire.example/news/1040', 'منتخب الشباب يبلغ نصف النهائي', '2026-11-28T19:05'],
    ])
    expect(feed).toMatchObject({ format: 'page', title: 'وكالة المرفأ', language: 'ar', list: { entries: 3 } })
    expect(feed.entries[0]?.text).toBe('قال وزير المالية إن الموازنة خُفضت بنسبة خمسة في المئة.')
    expect(feed.entries.map(({ language }) => language)).toEqual(['ar', 'ar', 'ar'])
    expect(feed.warnings).toEqual(['1 item leads to another site: left out'])
  })

  it('finds the date by itself: the first text that is one and no more', () => {
    const found = brief(feedOf(ARABIC, { items: 'main > .card', zone: 'Asia/Riyadh' }))
    expect(found.map(([, , time]) => time)).toEqual(['2026-11-29T09:00', '2026-11-29T07:15', '2026-11-28T19:05'])
  })

  it('is found without a selector where articles repeat, outside of navigation and margins', () => {
    expect(brief(feedOf(ENGLISH))).toEqual([
      ['https://wire.example/world/flood', 'Flood closes the coastal road for a second day', '2026-11-29T07:30'],
      ['https://wire.example/world/vote', 'Council votes to keep the old market open', '2026-11-29T10:00'],
      ['https://wire.example/sport/final', 'Harbour side wins the final on penalties', null],
    ])
  })

  it('takes what stands in navigation only where a selector asks for it', () => {
    expect(brief(feedOf(ENGLISH, { items: 'nav article' }))).toHaveLength(1)
    expect(brief(feedOf(ARABIC, { items: 'header a' }))).toEqual([
      ['https://wire.example/politics', 'سياسة', null],
      ['https://wire.example/economy', 'اقتصاد', null],
    ])
  })

  it('is read from JSON-LD before articles: an ItemList with headlines, or addresses that the page names', () => {
    const list = {
      '@context': 'https://schema.org',
      '@graph': [
        { '@type': 'BreadcrumbList', itemListElement: [{ '@type': 'ListItem', name: 'Home', item: '/home' }] },
        {
          '@type': 'ItemList',
          itemListElement: [
            { '@type': 'ListItem', position: 1, url: '/a/1', name: 'A ferry runs aground near the harbour' },
            { '@type': 'ListItem', position: 2, url: 'https://wire.example/a/2' },
            {
              '@type': 'ListItem',
              position: 3,
              item: {
                '@type': 'NewsArticle',
                url: '/a/3',
                headline: 'Prices of bread &amp; milk fall',
                datePublished: '2026-11-29T08:00:00Z',
                description: 'For the <b>third</b> month.',
              },
            },
            { '@type': 'ListItem', position: 4, url: 'https://elsewhere.example/b', name: 'An advertisement' },
          ],
        },
      ],
    }
    const html = `<html><script type="application/ld+json">${JSON.stringify(list)}</script>
      <body><a href="/a/2"><img></a><a href="/a/2">Mayor resigns after the vote</a>
      <article><h2><a href="/c">Another headline of an article</a></h2></article></body></html>`
    const feed = feedOf(html)
    expect(brief(feed)).toEqual([
      ['https://wire.example/a/1', 'A ferry runs aground near the harbour', null],
      ['https://wire.example/a/2', 'Mayor resigns after the vote', null],
      ['https://wire.example/a/3', 'Prices of bread & milk fall', '2026-11-29T08:00'],
    ])
    expect(feed.entries[2]?.text).toBe('For the third month.')
  })

  it('reads dates that are told from now in five languages, and keeps headlines about the past apart from them', () => {
    const told = {
      'منذ ساعتين': 10,
      'قبل 5 ساعات': 7,
      'an hour ago': 11,
      '3 hours ago': 9,
      '3h': 9,
      'il y a 2 heures': 10,
      'hace una hora': 11,
      'hace 4 horas': 8,
      '2 часа назад': 10,
      'час назад': 11,
      'منذ ساعة و 60 دقيقة': 10,
    }
    for (const [text, hour] of Object.entries(told)) {
      const html = `<li><a href="/x">A headline of some words</a><i>${text}</i></li>`
      expect([text, brief(feedOf(html, { items: 'li' }))[0]?.[2]]).toEqual([
        text,
        `2026-11-29T${String(hour).padStart(2, '0')}:00`,
      ])
    }
    const html = '<li><a href="/x">A headline of some words</a><p>The ship sank 3 hours ago off the coast</p></li>'
    expect(brief(feedOf(html, { items: 'li' }))[0]?.[2]).toBeNull()
  })

  it('reads local times in the zone that the configuration names, with summer time', () => {
    const at = (date: string) =>
      brief(
        feedOf(`<li><a href="/x">Some headline</a><b>${date}</b></li>`, { items: 'li', zone: 'Europe/Paris' }),
      )[0]?.[2]
    expect(at('2026-07-01 12:00')).toBe('2026-07-01T10:00')
    expect(at('1 November 2026, 12:00')).toBe('2026-11-01T11:00')
    expect(at('2026-07-01T12:00:00Z')).toBe('2026-07-01T12:00')
    expect(at('12 Nov 09:00')).toBe('2026-11-12T08:00')
  })

  it('leaves out other sites, addresses that are none, the page itself, and loopback', () => {
    const links = [
      'https://other.example/1',
      'http://127.0.0.1/admin',
      'javascript:alert(1)',
      'data:text/html,x',
      'mailto:a@wire.example',
      'file:///etc/passwd',
      'https://user:secret@wire.example/2',
      '#top',
      '/news/',
      '/',
      'https://wire.example.evil.example/3',
    ]
    const html = `<ul>${links.map(link => `<li><a href="${link}">A headline that leads away</a></li>`).join('')}
      <li><a href="https://ar.wire.example/4">A headline of the same house</a></li></ul>`
    expect(brief(feedOf(html, { items: 'li' }))).toEqual([
      ['https://ar.wire.example/4', 'A headline of the same house', null],
    ])
  })

  it('takes one entry of each address, and no container for an item', () => {
    const html = `<div class="box"><div class="box"><a href="/1">The first headline</a></div>
      <div class="box"><a href="/2">The second headline</a><time datetime="2026-11-29T01:00Z"></time></div>
      <div class="box"><a href="/1/">The first headline again</a><time datetime="2026-11-29T02:00Z"></time></div></div>`
    expect(brief(feedOf(html, { items: '.box' }))).toEqual([
      ['https://wire.example/1', 'The first headline', '2026-11-29T02:00'],
      ['https://wire.example/2', 'The second headline', '2026-11-29T01:00'],
    ])
  })

  it('has the same hash while only times told from now differ', () => {
    const hash = (html: string) => feedOf(html, { items: '.card' }).list?.hash
    expect(hash(ARABIC.replace('٣', '٤').replace('<main>', '<main data-nonce="7">'))).toBe(hash(ARABIC))
    expect(hash(ARABIC.replace('جسر جديد', 'جسر ثان'))).not.toBe(hash(ARABIC))
  })
})

describe('a page that brings nothing', () => {
  it('names the selector and what it found', () => {
    expect(reasonOf(ARABIC, { items: 'article.card' })).toBe(
      'the selector "article.card" of "items" finds nothing on the page: the page may have been rebuilt: look at it, and change the selector',
    )
    expect(reasonOf(ARABIC, { items: '.ad' })).toContain('finds 1 element, none with a link to this site')
    expect(reasonOf(ARABIC, { items: 'p' })).toContain('finds 1 element, none with a link and a headline')
    expect(reasonOf('<p>Nothing here</p>')).toContain('no list of reports on the page')
  })

  it('says which selector cannot be read', () => {
    expect(reasonOf(ARABIC, { items: '.card', time: 'time[' })).toContain(
      'the selector "time[" of "time" cannot be read',
    )
  })
})

describe('a hostile page', () => {
  const item = (n: number) =>
    `<article><h2><a href="/n/${n}">Headline number ${n} of many</a></h2><p>${n} minutes ago</p></article>`

  it('with thousands of items is read up to the limit', () => {
    const html = Array.from({ length: 9_000 }, (_, n) => item(n)).join('')
    const feed = feedOf(html, {}, { maxEntries: 500 })
    expect(feed.entries).toHaveLength(500)
    expect(feed.warnings.join()).toContain('500 are kept')
  }, 60_000)

  it('that is deep, full of marks or never closed is read within its bounds', () => {
    for (const html of [
      `${'<div>'.repeat(200_000)}${item(1)}`,
      `${item(1)}${item(2)}${'<b>'.repeat(100_000)}`,
      '<'.repeat(1_000_000),
      `<a ${'x=y '.repeat(300_000)}>`,
      `${'<article><h2><a href=/a>'.repeat(20_000)}`,
      `<div class="${'a '.repeat(500_000)}">${item(1)}${item(2)}`,
      `<script type="application/ld+json">${'['.repeat(500_000)}</script>${item(1)}${item(2)}`,
    ]) {
      const read = [parseList(html, options()), parseList(html, options({ items: 'div article, b a, [class~=a]' }))]
      for (const one of read) if (one.ok) expect(one.value.entries.length).toBeLessThanOrEqual(2)
    }
  }, 120_000)

  it('cannot make a selector run for ever', () => {
    const html = `<main>${'<p></p>'.repeat(39_000)}</main>`
    expect(reasonOf(html, { items: 'p:nth-last-child(odd) ~ p:not(:last-child) ~ p' })).toContain(
      'too large for the selector',
    )
  }, 60_000)

  it('that is cut is read as far as it goes', async () => {
    const bytes = new TextEncoder().encode(ENGLISH)
    const at = ENGLISH.indexOf('<article><h2><a href="/sport')
    const gap = { at, total: bytes.length, ended: false, setting: 'poll.maxBodyBytes' as const }
    const { url, maxEntries, now } = options()
    const read = await parseBounded({
      bytes,
      contentType: 'text/html',
      options: { url, maxEntries, now, gap, page: NONE },
    })
    expect(read.ok && brief(read.value)).toHaveLength(2)
    expect(read.ok && read.value.warnings).toContain('the page is too large: what stands at its beginning is read')
  })

  it('made by thirty mutations never throws, and leads nowhere else', () => {
    const mutation = fc.record({
      page: fc.constantFrom(ARABIC, ENGLISH),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 300 }),
      put: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom(
          '<',
          '</div>',
          '<a href=',
          '"',
          "'",
          '<!--',
          '<script>',
          '&#0;',
          '\u0000',
          '<svg><title>',
          '</article>',
          ']]>',
        ),
      ),
      rules: fc.constantFrom<Partial<PageRules>>(
        {},
        { items: '.card' },
        { items: 'article', time: 'time', summary: 'p' },
      ),
    })
    fc.assert(
      fc.property(mutation, ({ page, at, length, put, rules }) => {
        const from = Math.floor(at * page.length)
        const read = parseList(page.slice(0, from) + put + page.slice(from + length), options(rules))
        if (!read.ok) return read.reason.length > 0
        return read.value.entries.every(
          ({ url, title }) => /^https?:\/\/(?:[a-z]+\.)?wire\.example\//.test(url ?? '') && title !== '',
        )
      }),
      { numRuns: 30 },
    )
  })
})
