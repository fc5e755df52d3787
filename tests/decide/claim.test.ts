import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type Claimant, claimed as judged } from '../../src/decide/claim.ts'
import { isAlike, isDifferent, likenessOf, type Told } from '../../src/decide/likeness.ts'
import { isPlaceholderHost, ownsAddress } from '../../src/decide/url/hosts.ts'
import { anchorOf, canonicalUrl, globalGuid } from '../../src/decide/url.ts'

describe('a host that is nobody’s', () => {
  it.each([
    ...[
      'localhost',
      'LOCALHOST.',
      'app.localhost',
      'wordpress',
      'web',
      '127.0.0.1',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.9',
    ],
    ...['172.31.255.1', '192.168.0.2', '169.254.169.254', '100.64.0.1', '203.0.113.7', '[::1]', '[::]', '[fe80::1]'],
    ...['[fd00::5]', '[::ffff:7f00:1]', '[2001:db8::1]', 'example.com', 'www.example.com', 'blog.example.org'],
    ...[
      'yoursite.com',
      'www.your-domain.com',
      'domain.com',
      'news.local',
      'news.lan',
      'news.internal',
      'a.test',
      'b.invalid',
    ],
  ])('is %s', host => {
    expect(isPlaceholderHost(host)).toBe(true)
  })

  it.each([
    'agency.example',
    'agency.com',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '[2a00:1450::1]',
    'local.news',
    'mydomain.info',
  ])('is not %s', host => {
    expect(isPlaceholderHost(host)).toBe(false)
  })
})

describe('an address is the word of a feed', () => {
  it.each([
    ['https://agency.com/rss', 'https://agency.com/x'],
    ['https://feeds.agency.com/rss', 'https://www.agency.com/x'],
    ['https://rss.agency.co.uk/a', 'http://news.agency.co.uk/x'],
    ['https://www.spa.gov.sa/rss', 'https://spa.gov.sa/x'],
    ['https://a.blogspot.com/feeds', 'https://a.blogspot.com/x'],
    ['http://127.0.0.1:8080/rss', 'http://127.0.0.1:8080/x'],
  ])('of %s: %s', (feed, address) => {
    expect(ownsAddress(feed, address)).toBe(true)
  })

  it.each([
    ['https://feeds.feedburner.com/agency', 'https://agency.com/x'],
    ['https://hub.example/rss', 'https://agency.example/x'],
    ['https://a.co.uk/rss', 'https://b.co.uk/x'],
    ['https://a.com.sa/rss', 'https://b.com.sa/x'],
    ['https://a.blogspot.com/feeds', 'https://b.blogspot.com/x'],
    ['https://a.github.io/feed', 'https://b.github.io/x'],
    ['http://127.0.0.1:8080/rss', 'http://127.0.0.1/x'],
    ['http://10.0.0.1/rss', 'http://10.0.0.2/x'],
    ['file:///srv/feed.xml', 'https://a.com/x'],
  ])('not of %s: %s', (feed, address) => {
    expect(ownsAddress(feed, address)).toBe(false)
  })
})

describe('an address within a page', () => {
  it('is one of its own where a script shows it', () => {
    expect(canonicalUrl('https://a.example/#/news/1')).toBe('https://a.example#/news/1')
    expect(canonicalUrl('https://a.example/#!/news/2')).toBe('https://a.example#!/news/2')
    expect(canonicalUrl('https://a.example/x#/')).toBe('https://a.example/x')
    expect(canonicalUrl('https://a.example/x?a=1&#038;b=2')).toBe('https://a.example/x?a=1&b=2')
  })

  it('has an anchor, but for versions and channels', () => {
    expect(['#post-12', '#p1', '#12'].map(part => anchorOf(`https://a.example/x${part}`))).toEqual([
      'post-12',
      'p1',
      '12',
    ])
    for (const part of ['', '#', '#0', '#2', '#xtor=RSS-3208', '#:~:text=a', '#/x', '#!x', '#ref=rss', '&#038;b=2']) {
      expect(anchorOf(`https://a.example/x${part}`)).toBe('')
    }
  })

  it('makes a global guid with its anchor, and none of a machine that is nobody’s', () => {
    expect(globalGuid('http://www.a.example/live#post-12')).toBe('https://a.example/live#post-12')
    expect(globalGuid('https://a.example/news/1#0')).toBe('https://a.example/news/1')
    for (const guid of [
      'http://localhost/?p=17',
      'http://wordpress:80/?p=17',
      'tag:localhost,2005:Post/17',
      'tag:me@pc,2005:17',
    ]) {
      expect(globalGuid(guid)).toBeNull()
    }
  })
})

const told = (title: string, text = '', language: string | null = 'en'): Told => ({ title, text, language })
const LONG =
  'Engineers closed the stone bridge over the Tarn on Friday when divers found cracks in two of its piers. Lorries go round by the pass until spring.'
const OTHER =
  'A litre of milk costs nine cents more from Monday, because fodder has become dear after the dry summer, dairies announced.'

describe('two texts of one address are alike', () => {
  it.each([
    ['bare headlines that are the same', told('Bridge shut'), told('Bridge shut')],
    ['a bare headline and the whole', told('Stone bridge over Tarn closed'), told('Cracks found', LONG)],
    ['another headline over a piece of the text', told('Closed!', LONG.slice(0, 60)), told('Cracks found', LONG)],
    [
      'one headline over an abstract',
      told('Bridge shut', 'Divers found cracks in piers, so lorries take the pass.'),
      told('Bridge shut', LONG),
    ],
    [
      'Arabic headlines with one word more',
      told('إغلاق الجسر القديم في المدينة', '', 'ar'),
      told('عاجل: إغلاق الجسر القديم في المدينة', '', 'ar'),
    ],
  ])('%s', (_, one, other) => {
    expect(isAlike(likenessOf(one, other))).toBe(true)
  })

  it.each([
    ['two reports', told('Bridge shut', LONG), told('Milk dearer', OTHER)],
    ['one headline over two reports', told('Morning briefing', LONG), told('Morning briefing', OTHER)],
    ['two bare headlines', told('Stone bridge over Tarn closed'), told('Dairies raise price of milk again')],
  ])('not: %s', (_, one, other) => {
    expect(isAlike(likenessOf(one, other))).toBe(false)
  })

  it('but differ only where headlines and bodies do', () => {
    expect(isDifferent(likenessOf(told('Bridge shut', LONG), told('Milk dearer', OTHER)))).toBe(true)
    expect(isDifferent(likenessOf(told('Briefing', LONG), told('Briefing', LONG)))).toBe(false)
  })

  it('cannot be said of short texts or of two languages', () => {
    const short = likenessOf(told('Crossing closed'), told('Cracks found'))
    expect([isAlike(short), isDifferent(short)]).toEqual([false, false])
    const abroad = likenessOf(
      told('Bridge shut', LONG),
      told('إغلاق الجسر', 'أغلق المهندسون الجسر الحجري يوم الجمعة بعد العثور على تشققات', 'ar'),
    )
    expect([isAlike(abroad), isDifferent(abroad)]).toEqual([false, false])
  })

  it('is said the same both ways, and never both yes and no', () => {
    const word = fc.constantFrom(
      'bridge',
      'milk',
      'the',
      'الجسر',
      '12',
      '13',
      'Monday',
      'closed',
      'Sund',
      'toll',
      '東京',
    )
    const text = fc.array(word, { maxLength: 30 }).map(words => words.join(' '))
    const anyTold = fc.record({ title: text, text, language: fc.constantFrom('en', 'ar', null) })
    fc.assert(
      fc.property(anyTold, anyTold, (a, b) => {
        const [one, other] = [
          likenessOf({ ...a, language: 'en' }, { ...b, language: 'en' }),
          likenessOf({ ...b, language: 'en' }, { ...a, language: 'en' }),
        ]
        expect(isAlike(one)).toBe(isAlike(other))
        expect(isAlike(one) && isDifferent(one)).toBe(false)
        expect(isAlike(likenessOf(a, a)) || a.title.trim() === '').toBe(true)
      }),
      { seed: 20_220_105, numRuns: 300 },
    )
  })
})

const claimed = (...given: Parameters<typeof judged>) => judged(...given).found

describe('a claim on an address', () => {
  const claimant = (more: Partial<Claimant>): Claimant => ({
    ...told('Bridge shut', LONG),
    feed: 1,
    agency: 'a',
    feedUrl: 'https://a.example/rss',
    url: 'https://a.example/1',
    published: 0,
    time: 0,
    ...more,
  })
  const candidate = (report: number, more: Partial<Candidate>): Candidate => ({
    ...claimant({ feed: 2, agency: 'b', feedUrl: 'https://b.example/rss' }),
    report,
    story: report,
    ...more,
  })
  const address = 'https://a.example/1'

  it('goes to the text that is likest', () => {
    const found = claimed(claimant({}), address, [
      candidate(1, { title: 'Milk dearer', text: OTHER }),
      candidate(2, { text: LONG.slice(0, 70) }),
      candidate(3, {}),
    ])
    expect(found?.report).toBe(2)
  })

  it('of texts too short to tell holds between feeds of one agency, and feeds that the host serves', () => {
    const short = claimant({ title: 'Crossing closed', text: '' })
    const other = { title: 'Cracks found', text: '' }
    expect(claimed(short, address, [candidate(1, other)])).toBeNull()
    expect(claimed(short, address, [candidate(1, { ...other, agency: 'a' })])?.report).toBe(1)
    expect(claimed(short, address, [candidate(1, { ...other, feedUrl: 'https://feeds.a.example/2' })])?.report).toBe(1)
    // A hub serves the feeds of many.
    const hub = { feedUrl: 'https://hub.example/1' }
    expect(claimed({ ...short, ...hub }, address, [candidate(1, { ...other, ...hub })])).toBeNull()
  })

  it('does not hold so where the address has stood for several stories, or the anchors differ', () => {
    const short = claimant({ title: 'Crossing closed', text: '' })
    const own = { title: 'Cracks found', text: '', agency: 'a' }
    expect(claimed(short, address, [candidate(1, own), candidate(2, own)])).toBeNull()
    expect(claimed(short, address, [candidate(1, { ...own, feed: 1 }), candidate(2, { ...own, story: 1 })])).toBeNull()
    expect([...judged(short, address, [candidate(7, { ...own, feed: 1 })]).others]).toEqual([7])
    const [here, there] = [`${address}#one`, `${address}#two`]
    expect(claimed({ ...short, url: here }, address, [candidate(1, { ...own, url: there })])).toBeNull()
  })

  it('on a machine that is nobody’s holds between its own feeds only', () => {
    const local = 'http://127.0.0.1:8080/1'
    expect(claimed(claimant({}), local, [candidate(1, { agency: 'a' })])).toBeNull()
    const feedUrl = 'http://127.0.0.1:8080/rss'
    expect(claimed(claimant({ feedUrl }), local, [candidate(1, { feedUrl })])?.report).toBe(1)
  })
})
