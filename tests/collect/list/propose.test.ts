// Rules that are proposed for a page: none where its list is found without, else the selector of what its reports stand in.
import { describe, expect, it } from 'vitest'
import { proposeList } from '../../../src/collect/list/propose.ts'

const OPTIONS = {
  url: 'https://wire.example/news',
  maxEntries: 1_000,
  now: Date.UTC(2026, 10, 29),
  language: null,
  partial: false,
}

const HEADLINES = [
  'Flood closes the coastal road again',
  'Council keeps the old market open',
  'Prices of bread fall for a third month',
]

const menu = `<nav>${Array.from({ length: 20 }, (_, n) => `<a class="item" href="/s/${n}">A section with a long enough name ${n}</a>`).join('')}</nav>`

describe('rules for a page', () => {
  it('are none where articles repeat', () => {
    const html = HEADLINES.map((title, n) => `<article><h2><a href="/${n + 1}">${title}</a></h2></article>`).join('')
    const read = proposeList(html, OPTIONS)
    expect(read.ok && [read.value.entries.length, read.value.list?.rules?.items]).toEqual([3, null])
  })

  it('name the element that a report stands in with its date, and no menu', () => {
    const html = `${menu}<div class="page"><div class="list css-1x2y3z">${HEADLINES.map(
      (title, n) =>
        `<div class="teaser css-9a8b7c"><div class="body"><h3 class="head"><a href="/n/${n}">${title}</a></h3></div><span>${n + 1} hours ago</span></div>`,
    ).join('')}</div><ul class="tags"><li><a href="/tag/a">A tag with a very long name indeed</a></li></ul></div>`
    const read = proposeList(html, OPTIONS)
    if (!read.ok) throw new Error(read.reason)
    expect(read.value.list?.rules?.items).toBe('div.teaser')
    expect(read.value.entries.map(({ title, published }) => [title, published !== null])).toEqual(
      HEADLINES.map(title => [title, true]),
    )
  })

  it('name items of a list by the list around them where they have no class', () => {
    const html = `<ul class="latest">${HEADLINES.map((title, n) => `<li><a href="/n/${n}">${title}</a></li>`).join('')}</ul>`
    const read = proposeList(html, OPTIONS)
    expect(read.ok && read.value.list?.rules?.items).toBe('.latest > li')
  })

  it('are not made up for a page without a list', () => {
    expect(proposeList(`${menu}<p>Words</p>`, OPTIONS)).toMatchObject({ ok: false })
    expect(proposeList('', OPTIONS)).toMatchObject({ ok: false })
  })

  it('are found in bounded time on a page made to be slow', () => {
    const html =
      `<div class="a b c">`.repeat(150) + '<a class="x" href="/1">A headline of some length</a>'.repeat(39_000)
    expect(proposeList(html, OPTIONS).ok).toBe(false)
  }, 60_000)
})
