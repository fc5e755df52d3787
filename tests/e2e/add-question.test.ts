// `minwal add` at a terminal: whoever sits there is asked which of several sources is meant, and whether a list is wanted.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { hasTerminal, onTerminal } from '../helpers/terminal.ts'

const feed = (title: string): string =>
  rss([{ guid: '1', title: 'The ferry is late', text: 'At five.', date: new Date().toISOString() }], title)
const LINKS = `<html><head><title>Gazette</title><link rel="alternate" type="application/rss+xml" href="/news">
<link rel="alternate" type="application/rss+xml" href="/sport"></head><body></body></html>`
const PAGE = `<html lang="en"><title>Harbour Office</title><div>${['Ferry is late', 'Bridge opens', 'Fog over the bay']
  .map((title, n) => `<div class="teaser"><h3><a href="/n/${n}">${title} for the whole week</a></h3></div>`)
  .join('')}</div></html>`

async function world(answers: Record<string, string>) {
  const server = await feedServer(answers)
  const path = folder()
  const config = join(path, 'config.json')
  const agencies = [{ id: 'other', name: 'Other', feeds: ['https://other.example/rss'] }]
  writeFileSync(config, JSON.stringify({ database: join(path, 'minwal.db'), agencies }))
  return {
    origin: server.origin,
    /** What is written of what was added. */
    added: (): unknown[] =>
      JSON.parse(readFileSync(config, 'utf8'))
        .agencies.slice(1)
        .flatMap((one: { feeds: unknown[] }) => one.feeds),
    add: () => onTerminal('add', `${server.origin}/`, '--allow-private', '--config', config),
  }
}

const FEEDS = { '/': LINKS, '/news': feed('Gazette news'), '/sport': feed('Gazette sport') }
const WHICH = 'which is to be added, 1 to 2? [1] '
const LIST = 'is it to be added? [y/N] '

describe.skipIf(!hasTerminal)('adding at a terminal (absent: script of util-linux)', { timeout: 120_000 }, () => {
  it('asks which of several is meant, and asks again where the answer is none of them', async () => {
    const { add, added, origin } = await world(FEEDS)
    const terminal = add()
    await terminal.answer(WHICH, '9\n')
    await terminal.answer(WHICH, 'sport\n')
    await terminal.answer(WHICH, '2\n')
    expect(await terminal.ended).toBe(0)
    expect(terminal.shown()).toMatch(/1 {2}rss, 1 entries, newest .* \S+\/news\s+2 {2}rss, 1 entries, newest .*\/sport/)
    expect(added()).toEqual([{ url: `${origin}/sport`, allowPrivate: true }])
    expect(terminal.shown()).toContain(`not added: ${origin}/news`)
  })

  it('takes the first where nothing is typed', async () => {
    const { add, added, origin } = await world(FEEDS)
    const terminal = add()
    await terminal.answer(WHICH, '\n')
    expect(await terminal.ended).toBe(0)
    expect(added()).toEqual([{ url: `${origin}/news`, allowPrivate: true }])
  })

  it.each([
    ['the end of the input', '\u0004'],
    ['an interrupt', '\u0003'],
  ])('adds nothing at %s, and says so', async (_, typed) => {
    const { add, added } = await world(FEEDS)
    const terminal = add()
    await terminal.answer(WHICH, typed)
    expect(await terminal.ended).not.toBe(0)
    expect(added()).toEqual([])
    expect(terminal.shown()).toContain('nothing was added')
  })

  it('shows the list of a page that has neither feed nor map, and adds it where that is wanted', async () => {
    const { add, added, origin } = await world({ '/': PAGE })
    const terminal = add()
    await terminal.answer(LIST, 'yes\n')
    expect(await terminal.ended).toBe(0)
    expect(terminal.shown()).toContain('Ferry is late for the whole week')
    expect(added()).toEqual([{ page: `${origin}/`, items: 'div.teaser', allowPrivate: true }])
  })

  it.each([
    ['nothing', '\n'],
    ['no', 'n\n'],
    ['the end of the input', '\u0004'],
  ])('adds no list at %s, and says so', async (_, typed) => {
    const { add, added } = await world({ '/': PAGE })
    const terminal = add()
    await terminal.answer(LIST, typed)
    expect(await terminal.ended).toBe(1)
    expect(added()).toEqual([])
    expect(terminal.shown()).toContain('its list was not taken')
  })
})
