// `"text": "page"` through the real commands: the daemon and a single round ask for pages, and load nothing where nobody wants them.

import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isPostgres } from '../../src/model/database.ts'
import { minwal } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { daemon, IS_ONE_PROCESS } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { openRows, tablesOf } from '../helpers/rows.ts'

const TITLE = 'Boats to run again on Saturday'
const LINES = [
  'PORT ELLA (Northern Wire) - Crews of the three ferry lines voted by a wide margin on Friday to take the offer of their employers and sail again.',
  'Some forty thousand people had taken omnibuses around the bay for nine days, and the price of fish had doubled in the markets.',
]
const PAGE = `<html lang="en"><head><title>${TITLE}</title></head><body><article><h1>${TITLE}</h1>${LINES.map(line => `<p>${line}</p>`).join('')}</article></body></html>`

async function newsroom(text: 'feed' | 'page') {
  const server = await feedServer()
  const link = `${server.origin}/a/1`
  server.answers.set('/a/1', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE))
  server.answers.set(
    '/feed',
    rss([{ guid: link, link, title: TITLE, text: 'Crews voted to sail again.', date: new Date().toISOString() }]),
  )
  const { config, database } = configure(folder(), [{ id: 'gazette', feeds: [{ url: `${server.origin}/feed`, text }] }])
  const credits = (): unknown => {
    if (!isPostgres(database) && !existsSync(database)) return []
    if (!tablesOf(database).includes('x_reports')) return []
    const db = openRows(database)
    try {
      return db.prepare('select name, place from credit').all()
    } finally {
      db.close()
    }
  }
  return { config, credits, asked: () => server.requests.filter(path => path === '/a/1').length }
}

const CREDITED = [{ name: 'Northern Wire', place: 'dateline' }]

describe('texts of pages', () => {
  it('are asked for by the daemon, which goes on with them after a restart', { timeout: 180_000 }, async () => {
    const { config, credits, asked } = await newsroom('page')
    for (let start = 0; start < 2; start++) {
      const running = await daemon(config)
      await eventually('the page is filed', () => JSON.stringify(credits()) === JSON.stringify(CREDITED))
      if (IS_ONE_PROCESS) {
        const metrics = await (await fetch(`${running.address}/metrics`)).text()
        // Since the start: it is not asked for again.
        expect(metrics).toContain(`minwal_pages_total{verdict="article"} ${start === 0 ? 1 : 0}\n`)
        expect(metrics).toContain('minwal_pages_total{verdict="paywall"} 0\n')
      }
      expect((await running.stop()).code).toBe(0)
    }
    expect(asked()).toBe(1)
  })

  it('are searched, and said why by explain', { timeout: 180_000 }, async () => {
    const { config } = await newsroom('page')
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    const asked = async (...line: string[]) => (await minwal([...line, '--config', config])).stdout
    expect(JSON.parse(await asked('search', 'omnibuses', '--json'))).toMatchObject([{ title: TITLE }])
    expect(await asked('explain', '1')).toMatch(/its page was asked for at .*: it is compared, threaded and searched/)
    expect(JSON.parse(await asked('explain', '1', '--json')).reports[0].page).toMatchObject({
      asked: expect.stringMatching(/Z$/),
      again: null,
      text: LINES.join('\n'),
    })
    const running = await daemon(config)
    const get = async (path: string) => (await fetch(`${running.address}${path}`)).text()
    // The words as they stand on the page, which the feed does not have; by another form, too.
    const html = await get('/search?q=omnibus')
    expect(html).toContain('had taken <mark>omnibuses</mark> around the bay')
    expect(await get('/search?q=%22price+of+fish%22')).toContain('<mark>fish</mark>')
    expect(await get('/search?q=voted')).toContain('Crews <mark>voted</mark> to sail again')
    const found = JSON.parse(await get('/api/search?q=omnibuses'))
    expect(JSON.stringify(found)).toContain(TITLE)
    expect((await running.stop()).code).toBe(0)
    expect(JSON.parse(await asked('feeds', '--json'))).toMatchObject([{ pages: { article: 1 } }])
    expect((await asked('feeds')).replace(/\s+/g, ' ')).toContain('1 of 1 pages of 7 days gave a text')
  })

  it('are asked for at the end of a round', { timeout: 120_000 }, async () => {
    const { config, credits, asked } = await newsroom('page')
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    expect(asked()).toBe(1)
    expect(credits()).toEqual(CREDITED)
  })

  it('are not asked for where nobody wants them', { timeout: 120_000 }, async () => {
    const { config, credits, asked } = await newsroom('feed')
    expect((await minwal(['poll', '--config', config])).code).toBe(0)
    expect(asked()).toBe(0)
    expect(credits()).toEqual([])
  })
})
