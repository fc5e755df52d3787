// Pages with lists in the configuration: their keys, faults of their selectors, and their way through subscription lists.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSubscriptionList } from '../../src/cli/subscription-list.ts'
import { withFeeds } from '../../src/config/edit.ts'
import { parseConfig } from '../../src/config/load.ts'
import { selectorFault } from '../../src/config/selectors.ts'
import { planImport } from '../../src/config/subscriptions.ts'
import { minwal } from '../helpers/cli.ts'
import { folder } from '../helpers/folder.ts'

const FILE = '/etc/minwal/config.json'
const PAGE = 'https://marfa.example/news'

const textOf = (...feeds: unknown[]): string =>
  JSON.stringify({ agencies: [{ id: 'marfa', name: 'المرفأ', language: 'ar', feeds }] }, null, 2)

function specsOf(text: string) {
  const loaded = parseConfig(text, FILE, {})
  if (!loaded.ok) throw new Error(loaded.faults.join('\n'))
  return loaded.config.agencies.flatMap(({ feeds }) => feeds)
}

function faults(...feeds: unknown[]): string[] {
  const loaded = parseConfig(textOf(...feeds), FILE, {})
  return loaded.ok ? [] : loaded.faults
}

describe('a page in the configuration', () => {
  it('stands among feeds, with selectors and a zone', () => {
    const [page, bare, feed] = specsOf(
      textOf(
        {
          page: PAGE,
          items: 'article.card',
          title: 'h2',
          time: '.when',
          zone: 'Asia/Riyadh',
          category: 'World',
          every: '15m',
        },
        { page: 'https://marfa.example/sport' },
        { url: 'https://marfa.example/rss', title: 'Everything' },
      ),
    )
    expect(page).toMatchObject({
      url: PAGE,
      category: 'World',
      every: 900_000,
      language: 'ar',
      page: { items: 'article.card', title: 'h2', link: null, time: '.when', summary: null, zone: 'Asia/Riyadh' },
    })
    expect(page).not.toHaveProperty('title')
    expect(bare?.page).toEqual({ items: null, title: null, link: null, time: null, summary: null, zone: null })
    expect(feed).toMatchObject({ url: 'https://marfa.example/rss', title: 'Everything' })
    expect(feed).not.toHaveProperty('page')
  })

  it('takes variables and logins as feeds do', () => {
    const variable = '$'.concat('{WORD}')
    const loaded = parseConfig(textOf({ page: `https://me:${variable}@marfa.example/news` }), FILE, {
      WORD: 'opensesame7',
    })
    const [spec] = loaded.ok ? (loaded.config.agencies[0]?.feeds ?? []) : []
    expect(spec).toMatchObject({ url: PAGE, target: 'https://me:opensesame7@marfa.example/news' })
  })

  it.each([
    [{ page: 'news' }, /feeds\[0\]\.page: "news" must be an http, https or file address/],
    [{ page: PAGE, items: '' }, /\.items: /],
    [{ page: PAGE, items: 'article[' }, /\.items: "article\[" must be a CSS selector, like "article\.card": /],
    [{ page: PAGE, items: '> li' }, /must not begin with a combinator/],
    [{ page: PAGE, items: 'li::before' }, /must find elements, not parts of them/],
    [{ page: PAGE, items: 'li:contains("x")' }, /must not have :contains\(…\): what is known are :not/],
    [{ page: PAGE, items: 'li:nth-child(2 of .a)' }, /must not have :nth-child/],
    [{ page: PAGE, items: ':not(:not(:not(:not(a))))' }, /nested deeper than 3 levels/],
    [{ page: PAGE, items: 'a '.repeat(140) }, /must have at most 60 parts/],
    [{ page: PAGE, time: 'a'.repeat(301) }, /\.time: .*must be at most 300 characters/],
    [{ page: PAGE, zone: 'Riyadh' }, /\.zone: "Riyadh" must be the name of a time zone/],
    [{ page: PAGE, itms: 'li' }, /\.itms: unknown key; known here: .*page, items, title.*; did you mean "items"\?/],
    [{ page: PAGE, url: PAGE }, /\.url: a feed has either "url" or "page"/],
    [{ page: PAGE, identity: 'url' }, /\.identity: unknown key/],
  ])('that is wrong is a fault with line and column: %j', (given, says) => {
    const [first, ...others] = faults(given)
    expect(first).toMatch(says)
    expect(first).toMatch(/^\/etc\/minwal\/config\.json:\d+:\d+: agencies\[0\]\.feeds\[0\]\./)
    expect(others).toEqual([])
  })

  it('that stands twice, as a page and as a feed, is a fault', () => {
    expect(faults({ page: PAGE }, PAGE)).toEqual([
      expect.stringContaining(`${PAGE} stands at agencies[0].feeds[0] too`),
    ])
  })

  it('may have every selector that finds elements by name, attribute and place', () => {
    for (const selector of [
      'article',
      '#main > ul.list li:not(.ad):nth-child(2n + 1) ~ li',
      'a[href^="/news/" i], [data-id]',
      'div:has(> time):is(.a, .b):first-of-type + div',
      '.خبر',
    ]) {
      expect([selector, selectorFault(selector)]).toEqual([selector, null])
    }
  })

  it('goes through a subscription list and back with all its rules, and is a link for other readers', async () => {
    const text = textOf({
      page: PAGE,
      items: 'ul > li:not(.ad)',
      title: '[data-title="a&b"]',
      zone: 'Africa/Cairo',
      category: 'World',
    })
    const file = join(folder(), 'config.json')
    writeFileSync(file, text)
    const list = await minwal(['export', '--config', file])
    expect(list.stdout).toContain('type="link"')
    expect(list.stdout).not.toContain('xmlUrl')
    const read = readSubscriptionList(new TextEncoder().encode(list.stdout))
    if (!read.ok) throw new Error(read.reason)
    const { drafts, counts } = planImport(read.value, [])
    expect(counts).toMatchObject({ added: 1, refused: 0 })
    const empty = JSON.stringify({ agencies: [{ id: 'other', name: 'Other', feeds: ['https://other.example/rss'] }] })
    const edited = withFeeds(empty, drafts, FILE, {})
    if (!edited.ok) throw new Error(edited.reason)
    expect(specsOf(edited.value)[1]).toEqual(specsOf(text)[0])
  })

  it('takes from a list of strangers only rules that a configuration may have', () => {
    const rules = JSON.stringify({ items: 'li::after', title: 'h2', link: 5, zone: 'Nowhere/Else', run: 'x' })
    const opml = `<opml version="2.0"><body><outline type="link" text="x" url="${PAGE}" xmlns:minwal="urn:x-minwal:opml" minwal:page="${rules.replaceAll('"', '&quot;')}"/></body></opml>`
    const read = readSubscriptionList(new TextEncoder().encode(opml))
    if (!read.ok) throw new Error(read.reason)
    expect(planImport(read.value, []).drafts[0]?.feeds[0]).toMatchObject({ url: PAGE, page: { title: 'h2' } })
  })
})
