// `minwal add URL --page`: what is shown is what is written, and what is polled.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { minwal } from '../helpers/cli.ts'
import { feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const HEADLINES = [
  'افتتاح جسر جديد فوق النهر في العاصمة',
  'البرلمان يقر قانون المياه بعد نقاش طويل',
  'ارتفاع أسعار القمح للشهر الثالث',
]
const PAGE = `<html lang="ar"><title>وكالة المرفأ</title><div id="x">${HEADLINES.map(
  (title, n) => `<div class="teaser"><h3><a href="/n/${n}">${title}</a></h3><i>منذ ${n + 2} ساعات</i></div>`,
).join('')}</div></html>`

async function world(more: Record<string, string> = {}) {
  const server = await feedServer({ '/news': PAGE, ...more })
  const path = folder()
  const config = join(path, 'config.json')
  const agencies = [{ id: 'other', name: 'Other', feeds: ['https://other.example/rss'] }]
  writeFileSync(config, JSON.stringify({ database: join(path, 'minwal.db'), agencies }))
  return { server, config, url: `${server.origin}/news` }
}

describe('adding a page', () => {
  it('proposes a selector, shows the first entries, and writes what was shown', async () => {
    const { config, url } = await world()
    const added = await minwal(['add', url, '--page', '--name', 'المرفأ', '--allow-private', '--config', config])
    expect(added.stderr).toContain('was added to')
    expect(added.stdout).toContain('items: div.teaser; 3 entries, 3 with a date')
    for (const title of HEADLINES) expect(added.stdout).toContain(title)
    expect(JSON.parse(readFileSync(config, 'utf8')).agencies[1]).toMatchObject({
      name: 'المرفأ',
      feeds: [{ page: url, items: 'div.teaser', allowPrivate: true }],
    })
    const polled = await minwal(['poll', url, '--config', config])
    expect(polled.code).toBe(0)
    const reports = await minwal(['sql', 'select title from report order by url', '--json', '--config', config])
    expect(reports.stdout).toContain(HEADLINES[2])
    const again = await minwal(['add', url, '--page', '--allow-private', '--config', config])
    expect(again.code).not.toBe(0)
    expect(again.stderr).toContain('already')
  }, 120_000)

  it('is done where there is neither feed nor map: with --yes, else the command is named', async () => {
    const { server, config, url } = await world()
    const asked = await minwal(['add', url, '--allow-private', '--config', config])
    expect(asked).toMatchObject({ code: 1, stdout: '' })
    expect(asked.stderr).toContain('a list of 3 entries on the page')
    expect(asked.stderr).toContain(`minwal add ${url} --page adds it`)
    server.requests.length = 0
    const added = await minwal(['add', url, '--yes', '--allow-private', '--config', config])
    expect(added.code).toBe(0)
    // Feeds, maps and the list are looked for with one answer of the page and of robots.txt.
    expect(server.requests.toSorted()).toEqual([...new Set(server.requests)].sort())
    expect(server.requests).toEqual(expect.arrayContaining(['/news', '/robots.txt']))
    expect(JSON.parse(readFileSync(config, 'utf8')).agencies[1]?.feeds).toEqual([
      { page: url, items: 'div.teaser', allowPrivate: true },
    ])
  })

  it('takes a selector, and says in words what is wrong with it or with the page', async () => {
    const { config, url } = await world({ '/robots.txt': 'User-agent: *\nDisallow: /private', '/private': PAGE })
    const add = (...given: string[]) => minwal(['add', ...given, '--allow-private', '--config', config])
    expect((await add(url, '--page', '--items', 'li::after')).stderr).toContain(
      '--items "li::after" must find elements',
    )
    expect((await add(url, '--page', '--items', 'article')).stderr).toContain(
      'the selector "article" of "items" finds nothing',
    )
    expect((await add(url.replace('/news', '/private'), '--page')).stderr).toContain('robots.txt forbids')
    const { stdout } = await add(url, '--items', '#x > div', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      added: { url, newAgency: true },
      page: { rules: { items: '#x > div' }, entries: 3, first: [{ title: HEADLINES[0] }, {}, {}] },
    })
  }, 120_000)
})
