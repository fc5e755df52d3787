// Finding feeds, over real HTTP: what is asked for, in which order, and what counts as found.
import { afterEach, describe, expect, it } from 'vitest'
import { discover, type FoundFeed } from '../../src/collect/discover.ts'
import { createFetcher, type Fetcher } from '../../src/collect/net/fetch.ts'
import { languageOf } from '../../src/language/detect.ts'
import type { PollSettings } from '../../src/model/config.ts'
import type { Outcome } from '../../src/model/units.ts'
import { type Answer, type FeedServer, feedServer, rss } from '../helpers/feed-server.ts'
import { pollSettings } from '../helpers/poll-settings.ts'

const fetchers: Fetcher[] = []
afterEach(async () => {
  await Promise.all(fetchers.splice(0).map(fetcher => fetcher.close()))
})

async function find(url: string, changes: Partial<PollSettings> = {}): Promise<Outcome<FoundFeed[]>> {
  const fetcher = createFetcher(pollSettings(changes))
  fetchers.push(fetcher)
  return discover(url, fetcher, { allowPrivate: true, languageOf })
}

const urls = (found: Outcome<FoundFeed[]>): string[] => (found.ok ? found.value.map(feed => feed.url) : [found.reason])
const feed = rss([{ guid: '1', title: 'خبر', text: 'x', date: '2026-01-31T10:00:00Z' }], 'Wire')
const atom = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>Atom</title></feed>'
const jsonFeed = '{"version":"https://jsonfeed.org/version/1.1","title":"JSON","items":[]}'
const page = (head: string, body = '<p>News</p>'): string =>
  `<!doctype html><html><head><title>Page</title>${head}</head><body>${body}</body></html>`

describe('an address', () => {
  it('that is a feed is found with one request, and told what it holds', async () => {
    const server = await feedServer({ '/feed': feed })
    expect(await find(`${server.origin}/feed`)).toEqual({
      ok: true,
      value: [
        {
          url: `${server.origin}/feed`,
          title: 'Wire',
          format: 'rss',
          language: null,
          link: 'https://agency.example/',
          entries: 1,
          newest: Date.UTC(2026, 0, 31, 10),
          how: 'address',
        },
      ],
    })
    expect(server.requests).toEqual(['/feed'])
  })

  it('that redirects is kept as it was given: the poller follows moves with patience', async () => {
    const server = await feedServer({
      '/old': (_request, response) => response.writeHead(302, { location: '/feed' }).end(),
      '/feed': feed,
    })
    expect(urls(await find(`${server.origin}/old`))).toEqual([`${server.origin}/old`])
  })

  it.each([
    [
      'is no feed and no page',
      '<?xml version="1.0"?><opml/>',
      /: not a feed \(nothing of it is shown: it is private\)$/,
    ],
    ['is text', 'just words', /: the document is not XML or JSON \(nothing of it is shown: it is private\)$/],
    ['is broken JSON', '{"a":', /: the document is broken JSON/],
  ])('that %s gives the reason, and nothing else is asked for', async (_what, document, reason) => {
    const server = await feedServer({ '/': document })
    const found = await find(`${server.origin}/`)
    expect(found).toMatchObject({ ok: false, reason: expect.stringMatching(reason) })
    expect(server.requests).toEqual(['/'])
  })

  it('that fails gives the reason of the failure', async () => {
    const server = await feedServer({})
    expect(await find(`${server.origin}/x`)).toEqual({
      ok: false,
      reason: `${server.origin}/x answered 404 Not Found`,
      answered: false,
    })
    await server.close()
    expect(await find(`${server.origin}/x`)).toMatchObject({ ok: false, reason: expect.stringContaining('refused') })
  })
})

describe('a page', () => {
  it('gives the feeds it links to, in its order, those of comments and of doubtful type last', async () => {
    const head = `<base href="/sub/">
      <link rel="alternate" type="application/json" href="/api">
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments">
      <LINK REL="Alternate Home" TYPE="application/atom+xml; charset=utf-8" HREF=news.atom>
      <link href='/feed.json' type='application/feed+json' rel='alternate'/>
      <link rel=feed href="plain?a=1&amp;b=2">
      <link rel="stylesheet" href="/style.css"><link rel="alternate" hreflang="ar" href="/ar">`
    const server = await feedServer({
      '/': page(head),
      '/sub/news.atom': atom,
      '/feed.json': jsonFeed,
      '/sub/plain?a=1&b=2': feed,
      '/comments': feed,
      '/api': '{"no":"feed"}',
      '/feed': feed,
    })
    const found = await find(`${server.origin}/`)
    expect(urls(found)).toEqual(
      ['/sub/news.atom', '/feed.json', '/sub/plain?a=1&b=2', '/comments'].map(path => server.origin + path),
    )
    expect(found.ok && found.value.map(({ how, title, language }) => [how, title, language])).toEqual([
      ['link', 'Atom', 'ar'],
      ['link', 'JSON', null],
      ['link', 'Wire', null],
      ['link', 'Wire', null],
    ])
    expect(server.requests).not.toContain('/feed')
    expect(server.requests).not.toContain('/style.css')
  })

  it('is not believed: what it links to must be a feed', async () => {
    const link = '<link rel="alternate" type="application/rss+xml" href="/soft404">'
    const server = await feedServer({ '/': page(link), '/soft404': page(''), '/rss.xml': feed })
    expect(urls(await find(`${server.origin}/`))).toEqual([`${server.origin}/rss.xml`])
  })

  it.each([
    ['a comment', (link: string) => `<!-- ${link} -->`],
    ['a script', (link: string) => `<script>if (a<b) document.write('${link}')</script>`],
    ['a style', (link: string) => `<style>${link}</style>`],
  ])('does not link by what stands in %s', async (_what, hide) => {
    const hidden = hide('<link rel="alternate" type="application/rss+xml" href="/hidden">')
    const shown = '<link rel="alternate" type="application/rss+xml" href="/shown">'
    const server = await feedServer({ '/': page(hidden + shown), '/hidden': feed, '/shown': feed })
    expect(urls(await find(`${server.origin}/`))).toEqual([`${server.origin}/shown`])
  })

  it('that lists feeds in its text gives those', async () => {
    const list = `<a href="/about">About</a><a href="/world/rss.xml">World</a><a href="/services/feed/sport">Sport</a>
      <a href="/surfeed/x">no</a><a href="mailto:rss@agency.example">mail</a>`
    const server = await feedServer({
      '/rss-page': page('', list),
      '/world/rss.xml': feed,
      '/services/feed/sport': atom,
    })
    expect(urls(await find(`${server.origin}/rss-page`))).toEqual([
      `${server.origin}/world/rss.xml`,
      `${server.origin}/services/feed/sport`,
    ])
    expect(server.requests).toHaveLength(3)
  })

  it.each(['/feed', '/rss', '/rss.xml', '/feed.xml', '/atom.xml', '/index.xml', '/feeds/posts/default', '/?feed=rss2'])(
    'without a link has its feed at %s',
    async path => {
      const server = await feedServer({ '/news/today': page(''), [path]: feed })
      const found = await find(`${server.origin}/news/today`)
      expect(found).toMatchObject({ ok: true, value: [{ url: server.origin + path, how: 'path' }] })
    },
  )

  it('below the root is looked for beside itself first', async () => {
    const server = await feedServer({ '/blog/': page(''), '/blog/feed/': feed, '/feed': atom })
    expect(urls(await find(`${server.origin}/blog/`))).toEqual([`${server.origin}/blog/feed/`])
  })

  it('without any feed says so, and how many addresses were tried', async () => {
    const server = await feedServer({ '/': page('') })
    const found = await find(`${server.origin}/`)
    expect(found).toEqual({
      ok: false,
      reason: `no feed found: ${server.origin}/ is a page that links to none, and ${server.requests.length - 1} other addresses gave none`,
      answered: true,
    })
    expect(server.requests.length).toBeLessThan(20)
    expect(new Set(server.requests).size).toBe(server.requests.length)
  })

  it('asks for one document at a time', async () => {
    let [now, most] = [0, 0]
    const slowly =
      (document: string): Answer =>
      (_request, response) => {
        most = Math.max(most, ++now)
        setTimeout(() => {
          now--
          response.writeHead(200, { 'content-type': 'text/html' }).end(document)
        }, 20)
      }
    const links = Array.from({ length: 5 }, (_, at) => `<link rel=alternate type=application/rss+xml href=/${at}>`)
    const server = await feedServer({
      '/': slowly(page(links.join(''))),
      ...Object.fromEntries(links.map((_, at) => [`/${at}`, slowly(at === 4 ? feed : page(''))])),
    })
    expect(urls(await find(`${server.origin}/`))).toEqual([`${server.origin}/4`])
    expect(most).toBe(1)
    expect(server.requests).toHaveLength(6)
  })

  it('stops asking a server that says it is too much', async () => {
    const server: FeedServer = await feedServer({
      '/': page(''),
      '/feed': (_request, response) => response.writeHead(429, { 'retry-after': '60' }).end(),
      '/rss': feed,
    })
    expect(await find(`${server.origin}/`)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/1 other addresses gave none \(.*answered 429/),
    })
    expect(server.requests).toEqual(['/', '/feed'])
  })

  it('of a thousand links costs at most a few dozen requests', async () => {
    const links = Array.from({ length: 1_000 }, (_, at) => `<link rel=feed href=/${at}><a href=/rss/${at}>x</a>`)
    const server = await feedServer({ '/': page(links.join('')) })
    expect((await find(`${server.origin}/`)).ok).toBe(false)
    expect(server.requests.length).toBeLessThan(40)
  })

  it.each([
    ['ten million unclosed tags', '<a '.repeat(3_000_000)],
    ['ten million brackets', '<'.repeat(9_000_000)],
    ['a base as long as it may be', `<base href="/${'b'.repeat(4_000)}/">${'<link rel=feed href=x>'.repeat(400_000)}`],
  ])('of %s is read in bounded time', async (_what, document) => {
    const server = await feedServer({ '/': `<html>${document}` })
    const started = process.cpuUsage()
    await find(`${server.origin}/`)
    const { user } = process.cpuUsage(started)
    expect(user / 1_000).toBeLessThan(8_000)
  })
})

describe('a page that offers its feeds in several languages', () => {
  const words = {
    ar: ['صحيفة الساحل', 'الميناء يعود إلى العمل بعد العاصفة الشديدة'],
    en: ['Coast Daily', 'The harbour has reopened after the storm and ships are leaving'],
    fr: ['Le Quotidien', 'Le port a rouvert après la tempête et les bateaux sont partis dans la nuit'],
  }
  const of = (language: keyof typeof words, declared: string | null = language): string => {
    const [title = '', text = ''] = words[language]
    const document = rss([{ guid: '1', title: text, text }], title)
    return declared === null ? document : document.replace('<description/>', `<language>${declared}</language>`)
  }
  const link = (path: string, attributes = ''): string =>
    `<link rel="alternate" type="application/rss+xml" href="${path}" ${attributes}>`
  const feeds = { '/en': of('en'), '/ar': of('ar'), '/fr': of('fr') }
  const html = (attributes: string, head: string, title = 'Page', body = ''): string =>
    `<!doctype html><html ${attributes}><head><title>${title}</title>${head}</head><body>${body}</body></html>`
  const both = link('/en', 'hreflang="en"') + link('/ar', 'hreflang="ar"')
  const unnamed = link('/en') + link('/ar')

  it.each([
    ['its `lang`', html('lang="ar" dir="rtl"', both), '/ar'],
    ['its `lang` with a region', html('lang="ar-SA"', both), '/ar'],
    ['its `xml:lang`', html('xml:lang="ar"', both), '/ar'],
    ['a meta element', html('', `<meta http-equiv="Content-Language" content="ar">${both}`), '/ar'],
    ['the locale it has for others', html('', `<meta property="og:locale" content="ar_AR">${both}`), '/ar'],
    ['its title alone', html('', both, 'صحيفة الساحل: أخبار اليوم'), '/ar'],
    ['its text alone', html('', both, 'Saheel', 'أخبار اليوم من الساحل والجبل والبادية'), '/ar'],
    ['its text, whatever its template declares', html('lang="en-US"', both, 'صحيفة الساحل: أخبار اليوم'), '/ar'],
    ['its `lang`, where links name no language', html('lang="ar"', unnamed), '/ar'],
    ['English, in the same way', html('lang="en"', link('/ar') + link('/en')), '/en'],
    ['French', html('lang="fr-FR"', both + link('/fr', 'hreflang="fr"')), '/fr'],
    ['none of theirs: the order of the page stays', html('lang="tr"', both), '/en'],
    ['nothing: the order of the page stays', html('', both, '2026'), '/en'],
    ['several: the order of the page stays', html('lang="ar, en"', both, '2026'), '/en'],
  ])('gives that of its own language first, known by %s', async (_what, document, first) => {
    const server = await feedServer({ '/': document, ...feeds })
    const found = urls(await find(`${server.origin}/`))
    expect(found[0]).toBe(server.origin + first)
    expect(found).toHaveLength(document.includes('/fr') ? 3 : 2)
  })

  it('knows its language by the header that came with it', async () => {
    const server = await feedServer({
      '/': (_request, response) =>
        void response.writeHead(200, { 'content-type': 'text/html', 'content-language': 'ar' }).end(html('', both)),
      ...feeds,
    })
    expect(urls(await find(`${server.origin}/`))[0]).toBe(`${server.origin}/ar`)
  })

  it('prefers its own region, then any, and takes a feed by what it holds where templates declare another', async () => {
    const links = link('/eg', 'hreflang="ar-EG"') + link('/sa', 'hreflang="ar-SA"') + link('/ar', 'hreflang="ar"')
    const server = await feedServer({
      '/': html('lang="ar-SA"', links),
      '/regions': html('lang="ar"', link('/en', 'hreflang="x-default"') + link('/template')),
      '/eg': of('ar'),
      '/sa': of('ar'),
      '/ar': of('ar'),
      '/en': of('en'),
      '/template': of('ar', 'en-us'),
    })
    expect(urls(await find(`${server.origin}/`))).toEqual(['/sa', '/ar', '/eg'].map(path => server.origin + path))
    expect(urls(await find(`${server.origin}/regions`))[0]).toBe(`${server.origin}/template`)
  })

  it('gives feeds of comments last, in any language', async () => {
    const links =
      link('/c1', 'hreflang="ar" title="صحيفة الساحل » خلاصة التعليقات"') + link('/en', 'hreflang="en"') + link('/c2')
    const comments = of('ar').replace('صحيفة الساحل', 'تعليقات على: صحيفة الساحل')
    const server = await feedServer({
      '/': html('lang="ar"', links),
      '/c1': of('ar'),
      '/c2': comments,
      '/en': of('en'),
    })
    const found = urls(await find(`${server.origin}/`))
    expect(found).toHaveLength(3)
    expect(found[0]).toBe(`${server.origin}/en`)
  })

  it('finds that of its own language behind a dozen of others', async () => {
    const many = Array.from({ length: 14 }, (_, at) => link(`/${at}`, 'hreflang="en"')).join('')
    const server = await feedServer({
      '/': html('lang="ar"', many + link('/ar', 'hreflang="ar"')),
      '/ar': of('ar'),
      ...Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`/${at}`, of('en')])),
    })
    expect(urls(await find(`${server.origin}/`))[0]).toBe(`${server.origin}/ar`)
  })
})
