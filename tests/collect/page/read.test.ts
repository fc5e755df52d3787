// What is taken from the page of a report, and what never is. All pages are made up.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../../src/collect/page/read.ts'
import { createPageReader } from '../../../src/collect/page/reader.ts'
import type { PageQuestion, PageReading } from '../../../src/model/page.ts'
import { root } from '../../helpers/cli.ts'
import { hostilePages } from '../../helpers/hostile-html.ts'

const TITLE = 'Ferry crews vote to end their strike after nine days'
const URL = 'https://wire.example/news/8812'
const TEXT = [
  'PORT ELLA (Wire) - Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers.',
  'The boats are to sail again from Saturday morning, said Nora Field, who leads the union of the crews.',
  'Some forty thousand people had taken buses around the bay for nine days, and the price of fish had doubled.',
  'The owners agreed to two more days of rest in a month, and to publish their plan for new boats before the year is over.',
]
const paragraphs = (lines: readonly string[]): string => lines.map(line => `<p>${line}</p>`).join('\n')
const LISTED = ['Harbour tolls to rise in April', 'Old lighthouse opens to visitors', 'Storm warning is lifted']
  .map((line, at) => `<li><h3><a href="/news/${at}">${line}</a></h3></li>`)
  .join('')

function pageOf(body: string, head = `<title>${TITLE} | Wire</title>`): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}</head><body>
    <nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>${body}
    <footer><p>The Wire is an agency of its own. All rights reserved.</p></footer></body></html>`
}

const REPORT = `<article><h1>${TITLE}</h1><div class="byline">By Sam Hill</div>${paragraphs(TEXT)}</article>`

function read(html: string | Uint8Array, given: Partial<PageQuestion> = {}): Promise<PageReading> {
  const url = given.url ?? URL
  const question = { title: TITLE, summary: '', url, finalUrl: url, status: 200, contentType: 'text/html', ...given }
  return readPage(typeof html === 'string' ? Buffer.from(html) : html, question)
}

describe('the text of a page', () => {
  it('is the report, without menus, bylines, captions, tags, related reports and comments', async () => {
    const around = `<div class="breadcrumbs"><a href="/">Home</a> / <a href="/news">News</a></div>
      <article><h1>${TITLE}</h1><p class="dek">3 March 2026</p><div class="share"><a href="#">Share</a></div>
      <figure><img src="a.jpg"><figcaption>Boats in the harbour (Wire)</figcaption></figure>
      ${paragraphs(TEXT.slice(0, 2))}<p><a href="/news/1">Read also: harbour tolls to rise in April</a></p>
      ${paragraphs(TEXT.slice(2))}<p>Photo: Getty Images</p><div class="tags">Tags: <a href="/t/1">ferries</a></div></article>
      <aside><h3>Most read</h3><ul>${LISTED}</ul></aside>
      <div id="comments"><p>First! What a strike it was, and how long we have waited for the boats, said nobody.</p></div>`
    const { verdict, text } = await read(pageOf(around))
    expect(verdict).toBe('article')
    expect(text?.split('\n')).toEqual(TEXT)
  })

  it('is found where lines are parted by <br> in a table', async () => {
    const table = `<table><tr><td><h1>${TITLE}</h1><div>${TEXT.join('<br><br>')}</div></td><td><a href="/1">Tolls</a><br><a href="/2">Gull Point</a></td></tr></table>`
    expect((await read(pageOf(table))).text?.split('\n')).toEqual(TEXT)
  })

  it('is the one report of several on a page whose headline is asked for', async () => {
    const other = `<article><h1>Old lighthouse opens to visitors</h1>${paragraphs(Array.from({ length: 6 }, (_, at) => `The lighthouse on Gull Point, dark since 1994, opens to visitors this weekend, floor ${at} of it last.`))}</article>`
    for (const body of [REPORT + other, other + REPORT]) {
      const { verdict, text } = await read(pageOf(body))
      expect(verdict).toBe('article')
      expect(text?.split('\n')).toEqual(TEXT)
    }
  })

  it('is found in an element that is called a paywall, and in one that is called a comment', async () => {
    for (const name of ['paywall', 'article-comments-and-text', 'meta']) {
      const body = `<div><h1>${TITLE}</h1><div class="${name}">${paragraphs(TEXT)}</div></div>`
      expect((await read(pageOf(body))).text?.split('\n'), name).toEqual(TEXT)
    }
  })

  it('may be as short as two sentences, in any script', async () => {
    const short = [
      [
        'هزة أرضية خفيفة شرق المدينة فجر الأحد',
        'سجل المرصد هزة أرضية بقوة 3.4 درجات شرق المدينة، فجر الأحد.',
        'ولم ترد تقارير عن أضرار؛ بحسب الدفاع المدني.',
      ],
      [
        '海湾轮渡罢工九天后恢复通航',
        '海湾三家轮渡公司的船员六日投票接受资方方案，持续九天的罢工宣告结束。',
        '首班渡轮定于七日清晨启航，鱼价一度上涨一倍。',
      ],
    ]
    for (const [title = '', ...lines] of short) {
      const body = `<div class="main"><h1>${title}</h1><div class="info">2026-03-06 20:15</div><div class="text">${paragraphs(lines)}</div><ul>${LISTED}</ul></div>`
      const { verdict, text } = await read(pageOf(body, `<title>${title}</title>`), { title })
      expect(verdict).toBe('article')
      expect(text?.split('\n')).toEqual(lines)
    }
  })

  it('is read in windows-1256 that nobody names', async () => {
    const line =
      'قررت اللجنة المنظمة لمعرض الكتاب، الأربعاء، تأجيل دورته الحادية عشرة إلى شهر تشرين الأول بعد أن تضررت القاعة الكبرى من مياه الأمطار.'
    const table = new Map<number, number>()
    const decoder = new TextDecoder('windows-1256')
    for (let byte = 0; byte < 256; byte++) table.set(decoder.decode(Uint8Array.of(byte)).charCodeAt(0), byte)
    const html = `<html><body><h1>تأجيل معرض الكتاب</h1><div><p>${line}</p></div></body></html>`
    const bytes = Uint8Array.from(html, character => table.get(character.charCodeAt(0)) ?? 0x3f)
    const found = await read(bytes, { title: 'تأجيل معرض الكتاب' })
    expect(found).toMatchObject({ verdict: 'article', text: line, language: 'ar' })
  })

  it('goes by JSON-LD where that has more of the same, and not where it is cut', async () => {
    const data = (body: string): string =>
      `<title>${TITLE}</title><script type="application/ld+json">${JSON.stringify({ '@type': 'NewsArticle', headline: TITLE, articleBody: body })}</script>`
    const short = `<article><h1>${TITLE}</h1>${paragraphs(TEXT.slice(0, 2))}</article>`
    expect((await read(pageOf(short, data(TEXT.join('\n'))))).text?.split('\n')).toEqual(TEXT)
    expect((await read(pageOf(REPORT, data(`${TEXT[0]?.slice(0, 90)}...`)))).text?.split('\n')).toEqual(TEXT)
  })
})

describe('a page that is not the report', () => {
  const refused = (why: string, html: string, verdict: PageReading['verdict'], given: Partial<PageQuestion> = {}) =>
    it(`gives no text: ${why}`, async () => {
      const found = await read(html, given)
      expect(found, found.because).toMatchObject({ verdict, text: null })
    })
  const wall = `<main><h1>We value your privacy</h1>${paragraphs(['We and our 214 partners store and access information on a device, such as cookies, and process personal data.', 'With your consent we and our partners may use precise data of your place. Some processing rests on legitimate interest.'])}<form><button>Agree</button></form></main>`

  refused('a consent page on another host', pageOf(wall), 'consent', {
    finalUrl: 'https://consent.wire.example/?back=8812',
  })
  refused('a consent page at the same address', pageOf(wall, '<title>Your privacy</title>'), 'consent')
  refused(
    'a page to log in',
    pageOf(
      '<h1>Sign in</h1><p>Sign in to read on, or join in less than a minute and read what you like.</p><form><input type="password"></form>',
      '<title>Sign in</title>',
    ),
    'login',
  )
  refused('a redirect to a page to log in', pageOf(REPORT), 'login', {
    finalUrl: 'https://wire.example/login?next=8812',
  })
  refused('a status of 403', pageOf(REPORT), 'blocked', { status: 403 })
  refused('a status of 404', pageOf(REPORT), 'not-found', { status: 404 })
  refused('a status of 500', pageOf(REPORT), 'error', { status: 500 })
  refused(
    'a check for robots with status 200',
    pageOf(
      '<h1>wire.example</h1><p>Verifying you are human. This may take a few seconds; enable JavaScript and cookies to continue.</p>',
      '<title>Just a moment...</title>',
    ),
    'blocked',
  )
  refused(
    'a page that says it is not there',
    pageOf(
      `<h1>Page not found</h1><p>The link you followed may be broken, or the page may have been removed. Read the latest news instead.</p><ul>${LISTED}</ul>`,
      '<title>Page not found</title>',
    ),
    'not-found',
  )
  refused(
    'a fault of the server told with status 200',
    pageOf(
      "<h1>Error establishing a database connection</h1><p>This means that the username and password in your configuration file are incorrect, or that the host's server is down.</p>",
      '<title>Database Error</title>',
    ),
    'error',
  )
  refused(
    'a section that lists the headline',
    pageOf(
      `<h1>News</h1><ul>${LISTED}<li><h3><a href="/news/8812/">${TITLE}</a></h3><p>${TEXT[0]}</p></li></ul>`,
      '<title>News</title>',
    ),
    'listing',
    { finalUrl: 'https://wire.example/news/' },
  )
  refused('the front page', pageOf(REPORT), 'listing', { finalUrl: 'https://wire.example/' })
  refused(
    'the page of another report',
    pageOf(
      `<article><h1>Minister of roads resigns</h1>${paragraphs(TEXT)}</article>`,
      '<title>Minister of roads resigns</title>',
    ),
    'other',
  )
  refused(
    'a page of scripts',
    pageOf(
      '<noscript>You need to enable scripts to run this application, in a current browser, and load the page again.</noscript><div id="root"></div>',
    ),
    'empty',
  )
  refused(
    'the open beginning of a text that is not free',
    pageOf(
      `<article><h1>${TITLE}</h1>${paragraphs(TEXT.slice(0, 2))}</article>`,
      `<title>${TITLE}</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"${TITLE}","isAccessibleForFree":"False"}</script>`,
    ),
    'paywall',
  )
  refused(
    'a beginning that ends in an offer',
    pageOf(
      `<article><h1>${TITLE}</h1>${paragraphs(TEXT.slice(0, 2))}<div class="box"><h3>This story is for subscribers only</h3><p>Join for two dinars a month, and leave when you like.</p></div></article>`,
    ),
    'paywall',
  )

  refused(
    'a check for robots with status 503',
    pageOf(
      '<h1>wire.example</h1><p>Checking your browser before you go on to the site.</p>',
      '<title>Just a moment...</title>',
    ),
    'blocked',
    { status: 503 },
  )
  refused('a document that is no page', '%PDF-1.7', 'other', { contentType: 'application/pdf' })
  refused(
    'a list at the same address, though it holds the summary',
    pageOf(
      `<h1>News</h1><ul>${LISTED}</ul><article><h2><a href="/news/8812">${TITLE}</a></h2><p>${TEXT[1]}</p></article>`,
      '<title>News</title>',
    ),
    'listing',
    { summary: TEXT[1] ?? '' },
  )

  it('is told from a short report beside a form to log in', async () => {
    const form = '<div class="modal"><form><input type="password"><button>Go</button></form></div>'
    const body = `${form}<article><h1>${TITLE}</h1>${paragraphs(TEXT.slice(0, 2))}</article>`
    expect((await read(pageOf(body))).text?.split('\n')).toEqual(TEXT.slice(0, 2))
  })

  it('is told from a report that only mentions such things', async () => {
    const title = 'Court rules that sites may not force visitors to accept cookies'
    const lines = [
      'A court ruled on Friday that sites may not lock out visitors who refuse cookies, in a case that a reader had brought.',
      'The judges said that consent which is forced is none, and that partners who get the data must be named one by one.',
      'Privacy groups called it a good day; an association of publishers said that it would look at the ruling first.',
    ]
    const body = `<article><h1>${title}</h1>${paragraphs([...lines, ...TEXT, ...lines.map(line => line.toUpperCase())])}</article>`
    expect((await read(pageOf(body, `<title>${title}</title>`), { title })).verdict).toBe('article')
  })

  it('is told from the report where the headline was changed and the summary was not', async () => {
    const page = pageOf(
      `<article><h1>Boats sail again on the bay</h1>${paragraphs(TEXT)}</article>`,
      '<title>Boats sail again on the bay</title>',
    )
    expect((await read(page, { summary: TEXT[1] ?? '' })).verdict).toBe('article')
    expect((await read(page, { summary: TEXT[1] ?? '', finalUrl: 'https://wire.example/news/today-9' })).verdict).toBe(
      'other',
    )
  })

  it('is what it is before what it asks of robots is asked, and says so where it is the report', async () => {
    const robots = { header: ['noindex'], name: 'Minwal', now: Date.parse('2026-11-29') }
    expect(await read(pageOf(REPORT), { robots })).toMatchObject({
      verdict: 'noindex',
      because: 'its X-Robots-Tag says "noindex"',
      text: null,
    })
    expect((await read(pageOf(REPORT), { robots, status: 404 })).verdict).toBe('not-found')
    expect((await read(pageOf('<p>Nothing.</p>'), { robots })).verdict).toBe('empty')
    const head = `<title>${TITLE}</title><meta name="robots" content="nosnippet">`
    const shown = await read(pageOf(REPORT, head), { robots: { ...robots, header: [] } })
    expect(shown).toMatchObject({ verdict: 'article', unshown: 'its <meta name="robots"> says "nosnippet"' })
    expect(shown.text).not.toBe(null)
    // Where nobody asks, nothing is said.
    expect(await read(pageOf(REPORT, head))).not.toHaveProperty('unshown')
  })

  it('may be judged without a headline to ask for', async () => {
    expect((await read(pageOf(REPORT), { title: '' })).verdict).toBe('article')
    expect((await read(pageOf(wall, '<title>Your privacy</title>'), { title: '' })).verdict).toBe('consent')
  })
})

describe('what a page says of itself', () => {
  it('is read from its JSON-LD, however it is written', async () => {
    const data = `<script type="application/ld+json"><!-- made by a theme
      { // the report
        "@graph": [{"@type": "Organization", "@id": "#us", "name": "Wire &amp; Sons"},
        {"@type": ["Article", "NewsArticle"], "headline": "${TITLE}", 'datePublished': "2026-03-06T12:15:00+03:00", dateModified: "2026-03-06T13:00:00Z",
         "description": "two
lines", "publisher": {"@id": "#us"}, "author": , "isAccessibleForFree": true, },]
      } </script><link rel="canonical" href="/news/8812">`
    expect(await read(pageOf(REPORT, data))).toMatchObject({
      title: TITLE,
      published: '2026-03-06T09:15:00Z',
      modified: '2026-03-06T13:00:00Z',
      publisher: 'Wire & Sons',
      canonical: URL,
      language: 'en',
      free: true,
    })
  })

  it('has a date without a zone where the page names none', async () => {
    const dated = (date: string) =>
      pageOf(REPORT.replace('<div class="byline">', `<span class="date">${date}</span><div class="byline">`))
    expect((await read(dated('2026/03/04 11:20'))).published).toBe('2026-03-04T11:20')
    expect((await read(dated('4 March 2026'))).published).toBe('2026-03-04')
    expect((await read(dated('4 March 2026, 11:20 GMT'))).published).toBe('2026-03-04T11:20:00Z')
  })

  it('is in the language of its text, whatever the page says', async () => {
    const page = pageOf(REPORT).replace('<html lang="en">', '<html lang="ar">')
    expect((await read(page)).language).toBe('en')
  })
})

describe('a hostile page', () => {
  it('is read within bounds of time, or given up, and never makes a fault', { timeout: 300_000 }, async () => {
    const reader = createPageReader()
    try {
      for (const [name, html] of Object.entries(hostilePages(150_000))) {
        const question = { title: TITLE, summary: '', url: URL, finalUrl: URL, status: 200, contentType: 'text/html' }
        const got = await reader.read(Buffer.from(html), question)
        expect(got.ok || /longer than|more than/.test(got.reason), `${name}: ${got.ok ? '' : got.reason}`).toBe(true)
      }
    } finally {
      await reader.close()
    }
  })

  it('of any bytes is read, and a page cut and mixed anywhere', { timeout: 120_000 }, async () => {
    const whole = Buffer.from(pageOf(REPORT))
    const mutated = fc
      .array(fc.tuple(fc.nat(whole.length), fc.nat(40), fc.uint8Array({ maxLength: 12 })), { maxLength: 6 })
      .map(edits => {
        let bytes: Buffer = whole
        for (const [at, gone, more] of edits) {
          bytes = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(Math.min(bytes.length, at + gone))])
        }
        return bytes
      })
    await fc.assert(
      fc.asyncProperty(mutated, async bytes => {
        const { verdict, text } = await read(bytes)
        expect(text === null).toBe(verdict !== 'article')
      }),
      { numRuns: 60 },
    )
  })
})

const cases = join(root, '..', 'shared', 'cases', '2-sources', 'pages')
const there = existsSync(join(cases, 'expected.json'))

interface Case {
  entry: { title: string; summary: string; link: string }
  http?: Partial<Pick<PageQuestion, 'status' | 'contentType' | 'finalUrl'>>
  mustNotContain?: string[]
  note?: string
}

describe('what a page says', () => {
  it('has no control, no override of direction, no half of a pair and no endless marks, also by references', async () => {
    const hostile = `&#27;[31m\u001b[0m&#x202e;\u202e&#7;&#0;&#xd800;${'\u0301'.repeat(200)}`
    const body = Array.from(
      { length: 8 },
      (_, at) =>
        `<p>The harbour council ${hostile} decided on Tuesday to open pier ${at} of the northern quay again after the storm, its speaker told the press.</p>`,
    )
    const html = `<html><head><title>Pier ${hostile} opens</title><meta property="og:site_name" content="The ${hostile} Wire"></head>
      <body><article><h1>Pier ${hostile} opens</h1>${body.join('')}</article></body></html>`
    const got = await read(Buffer.from(html), { title: 'Pier opens' })
    expect(got.verdict).toBe('article')
    expect(got.text).toContain('northern quay')
    const other = await read(Buffer.from(html), { title: 'Nothing of the kind is told on this page at all' })
    for (const said of [got.text, got.title, got.publisher, got.because, other.because]) {
      expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{M}{17}/u)
      expect(said?.isWellFormed()).toBe(true)
    }
    expect(other).toMatchObject({ verdict: 'other', text: null })
  })
})

describe.skipIf(!there)('the cases of ../shared', () => {
  const expected = there ? (JSON.parse(readFileSync(join(cases, 'expected.json'), 'utf8')) as Record<string, Case>) : {}
  for (const [file, { entry, http = {}, mustNotContain = [], note: _, ...right }] of Object.entries(expected)) {
    it(file, async () => {
      const got = await read(readFileSync(join(cases, file)), {
        title: entry.title,
        summary: entry.summary,
        url: entry.link,
        finalUrl: entry.link,
        contentType: 'text/html; charset=utf-8',
        ...http,
      })
      expect(got).toMatchObject(right)
      for (const words of mustNotContain) expect(got.text ?? '').not.toContain(words)
    })
  }

  it('stay readable in thirty mutations of each', { timeout: 300_000 }, async () => {
    let seed = 7
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
      return seed % below
    }
    for (const file of readdirSync(cases).filter(name => name.endsWith('.html'))) {
      const whole = readFileSync(join(cases, file))
      for (let round = 0; round < 30; round++) {
        const bytes = Buffer.from(round % 3 === 0 ? whole.subarray(0, next(whole.length)) : whole)
        for (let at = 0; at < 8 && bytes.length > 0; at++) bytes[next(bytes.length)] = next(256)
        const { verdict, text } = await read(bytes)
        expect(text === null).toBe(verdict !== 'article')
      }
    }
  })
})
