// The demo as a new user meets it: one command, a page with threads, a browser.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { count } from '../helpers/audit.ts'
import { chromiumPath, launch } from '../helpers/browser.ts'
import { minwal, type Running, root, start } from '../helpers/cli.ts'
import { eventually } from '../helpers/eventually.ts'
import { folder } from '../helpers/folder.ts'

const demo = `${root}demo/main.ts`
const addressIn = (text: string): string | undefined => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]

async function startDemo(args: readonly string[], database: string): Promise<{ running: Running; address: string }> {
  const running = start(['--port', '0', '--database', database, ...args], { program: demo })
  await eventually('the demo prints its address', () => addressIn(running.stdout()) !== undefined)
  return { running, address: addressIn(running.stdout()) ?? '' }
}

async function stop(running: Running): Promise<void> {
  running.child.kill('SIGTERM')
  const { code, stderr } = await running.ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

interface JsonFeed {
  items: { id: string; url: string; title: string; tags?: string[]; content_html: string; _minwal: { story: string } }[]
}

describe('the demo played from its start', () => {
  it('shows threads within twenty seconds, and they grow', async () => {
    const began = performance.now()
    const { running, address } = await startDemo(['--seconds', '60'], join(folder(), 'demo.db'))
    const threads = async (): Promise<number> => {
      const answer = await fetch(`${address}/threads.json?limit=500&min-agencies=1`)
      return answer.ok ? ((await answer.json()) as JsonFeed).items.length : 0
    }
    await eventually('the first threads', async () => (await threads()) >= 3)
    expect(performance.now() - began).toBeLessThan(20_000)
    const first = await threads()
    await eventually('more threads', async () => (await threads()) > first)
    await stop(running)
  })
})

describe('the demo at the end of the week', () => {
  const where = mkdtempSync(join(tmpdir(), 'minwal-'))
  const database = join(where, 'demo.db')
  let running: Running
  let address = ''
  let browser: Browser | null = null

  beforeAll(async () => {
    browser = chromiumPath === null ? null : await launch()
    const started = await startDemo(['--at', 'end'], database)
    running = started.running
    address = started.address
    await eventually('the week is over', () => running.stdout().includes('The week is over'), 150_000)
  })
  afterAll(async () => {
    await browser?.close()
    await stop(running)
    rmSync(where, { recursive: true, force: true })
  })

  it('prints commands that work on it as they stand', () => {
    const printed = [...running.stdout().matchAll(/^ {4}(?:threads|why|search|file) +(.+)$/gm)].map(
      ([, line = '']) => line,
    )
    expect(printed).toHaveLength(4)
    for (const line of printed) {
      const found = execFileSync('sh', ['-c', line], { cwd: root, encoding: 'utf8' })
      expect([line, found.split('\n').length > 3]).toEqual([line, true])
    }
  })

  it('is what --demo reads, where its database is the usual one', async context => {
    const usual = join(root, 'data/demo.config.json')
    context.skip(existsSync(usual), 'somebody plays the demo in this checkout')
    expect(await minwal(['threads', '--demo'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm run demo'),
    })
    onTestFinished(() => rmSync(usual, { force: true }))
    copyFileSync(database.replace('.db', '.config.json'), usual)
    for (const [command = '', ...rest] of [
      ['threads'],
      ['check'],
      ['feeds'],
      ['thread', '1'],
      ['story', '1'],
      ['explain', '1'],
      ['decisions', '--json'],
      ['prune', '--dry-run'],
      ['search', 'Kazakhstan'],
      ['sql', 'select count(*) from thread'],
    ]) {
      const ended = await minwal([command, ...rest, '--demo'])
      expect([command, ended.code, ended.stdout.split('\n').length > 1]).toEqual([command, 0, true])
    }
    expect((await minwal(['threads', '--demo', '--config', usual])).code).toBe(2)
  })

  it('reads one agency by its news maps and one by the list of a page, each headline in its language and at its time', () => {
    const filed = (agency: string, more = '1 = 1') =>
      count(database, `select count(*) from report where agency = '${agency}' and ${more}`)
    expect([filed('qindil'), filed('qindil', 'headline_only'), filed('qindil', "language = 'ar'")]).toEqual([
      28, 28, 13,
    ])
    expect(filed('qindil', "language = 'en'")).toBe(15)
    expect([filed('rumman'), filed('rumman', "text <> '' and language = 'ar'")]).toEqual([15, 15])
    const first = "title like 'حريق في العبارة%' and published = unixepoch('2022-01-07 05:20:00') * 1000"
    expect(filed('rumman', first)).toBe(1)
    expect(count(database, "select count(*) from feed where agency in ('qindil', 'rumman') and state = 'ok'")).toBe(2)
  })

  it('says of a bare headline that it is one, in the reader’s language, and counts it as nobody’s own copy', async () => {
    const bare = count(database, "select story from report where agency = 'qindil' and title like 'حريق في العبارة%'")
    const story = async (lang: string): Promise<string> =>
      (await fetch(`${address}/stories/${bare}`, { headers: { 'accept-language': lang } })).text()
    expect(await story('en')).toContain('The feed gave a headline only.')
    expect(await story('ar')).toContain('لم تقدّم الخلاصة سوى العنوان.')
    const thread = count(database, `select thread from story where id = ${bare}`)
    const page = await (await fetch(`${address}/threads/${thread}`)).text()
    expect(page).toContain('6 of 10 independent')
  })

  it('keeps each piece of copy once, with the reprints it was carried in', async () => {
    const feed = (await (await fetch(`${address}/feed.json?limit=500`)).json()) as JsonFeed
    expect(feed.items.length).toBeGreaterThan(200)
    expect(new Set(feed.items.map(item => item.id)).size).toBe(feed.items.length)
    expect(feed.items.every(item => item.id.startsWith('tag:'))).toBe(true)
    const reprinted = (await (await fetch(`${address}/feed.json?min-agencies=2&limit=500`)).json()) as JsonFeed
    expect(reprinted.items.length).toBeGreaterThanOrEqual(30)
  })

  it('keeps alike accidents and matches apart', async () => {
    const about = async (words: string): Promise<Set<string>> => {
      const answer = await fetch(`${address}/feed.json?limit=500&q=${encodeURIComponent(words)}`)
      const feed = (await answer.json()) as JsonFeed
      expect(feed.items.length).toBeGreaterThan(0)
      return new Set(feed.items.map(item => item.id))
    }
    const liverpool = await about('Chelsea Liverpool')
    const tottenham = await about('Chelsea Tottenham')
    expect([...liverpool].filter(id => tottenham.has(id))).toEqual([])
  })

  const stories = async (words: string): Promise<JsonFeed['items']> => {
    const answer = await fetch(`${address}/feed.json?limit=500&q=${encodeURIComponent(words)}`)
    return ((await answer.json()) as JsonFeed).items
  }
  /** The page of the story whose headline has these words, and of its thread. */
  const pages = async (words: string): Promise<{ story: string; thread: string }> => {
    const found = (await stories(words)).filter(item => item.title.includes(words))
    expect(found.map(item => item.title)).toHaveLength(1)
    const { pathname } = new URL(found[0]?._minwal.story ?? '')
    const story = await (await fetch(address + pathname)).text()
    const thread = /href="([^"]*\/threads\/\d+)"/.exec(story)?.[1] ?? ''
    return { story, thread: await (await fetch(address + thread)).text() }
  }

  it('shows one wire under three headlines, with the minutes between them', async () => {
    const { story } = await pages('ثلاثة قتلى في حريق بالعبارة')
    const chain = story.slice(story.indexOf('Whose text'), story.indexOf('Revisions'))
    for (const words of ['ثلاثة قتلى في حريق', 'قفزوا إلى الماء', 'نار على الماء', 'same text']) {
      expect(chain).toContain(words)
    }
    expect(chain).toMatch(
      /شبكة الميدان[\s\S]*?(?:39|65) minutes later[\s\S]*?صحيفة حبر[\s\S]*?(?:74 minutes|2 hours) later/,
    )
  })

  it('marks what a revision changed, from the left and from the right', async () => {
    const english = (await pages('UPDATE 1-Fire kills at least 6')).story
    expect(english).toContain('At least <del dir="ltr">4</del> <ins dir="ltr">6</ins> people were killed')
    const arabic = (await pages('تصحيح: مقتل 8')).story
    expect(arabic).toContain('وأصيب <del dir="rtl">371</del> <ins dir="rtl">317</ins> آخرون')
    expect(arabic).toContain('<h2>Corrected</h2>')
  })

  it('takes a corrected and a withdrawn number or text back', async () => {
    const { thread } = await pages("CORRECTION - Incendie d'un ferry")
    expect(thread).toMatch(/<s><a[^>]*>19<\/a><\/s>[\s\S]{0,120}corrected/)
    const withdrawn = (await stories('مسؤول ألماتي')).filter(item => item.title.startsWith('[مسحوب]'))
    expect(withdrawn).toHaveLength(1)
    expect(withdrawn[0]?.content_html).toMatch(/^<div lang="ar" dir="rtl"><p><strong>سحبت الوكالة/)
    const story = await (await fetch(address + new URL(withdrawn[0]?._minwal.story ?? '').pathname)).text()
    expect(story).toContain('class="warning withdrawn"')
    for (const words of ['>مسؤول كبير', 'أين اختفى مسؤول', 'مصادر: مسؤول في ألماتي']) {
      expect(story).toContain(words)
    }
  })

  it('draws a toll that grows, and says where two agencies differ', async () => {
    const { thread } = await pages('11 قتيلا في حريق العبارة')
    const toll = thread.slice(thread.search(/<section class="toll"><h3[^>]*>Killed/), thread.search(/<h3[^>]*>Injured/))
    expect(toll).toContain('<svg class="chart"')
    for (const value of ['3', '7', '11', '12']) expect(toll).toMatch(new RegExp(`<a[^>]*>${value}</a>`))
    expect(toll).toMatch(/Sources differ[\s\S]*<b>11<\/b>[\s\S]*<b>12<\/b>/)
  })

  it('marks the withdrawn report, the flashes and the corrections', async () => {
    const titles = ((await (await fetch(`${address}/feed.json?limit=500`)).json()) as JsonFeed).items.map(
      item => item.title,
    )
    expect(titles.some(title => title.startsWith('[مسحوب]'))).toBe(true)
    const page = await (await fetch(`${address}/search?q=${encodeURIComponent('عاجل')}`)).text()
    expect(page).toContain('عاجل')
  })

  it('knows whose copy a story is, and how much of it each ran', async () => {
    const { story } = await pages('ثلاثة قتلى في حريق بالعبارة')
    expect(story).toContain('(origin)')
    expect(story).toContain('1 independent source')
    const coverage = (name: string): number =>
      Number(new RegExp(`${name}</bdi>[\\s\\S]*?How much of it: </span>(\\d+)%`).exec(story)?.[1])
    expect(coverage('شبكة الميدان')).toBeGreaterThan(30)
    expect(coverage('شبكة الميدان')).toBeLessThan(80)
    expect(coverage('صحيفة حبر')).toBeGreaterThan(85)
  })

  it('marks the two that still run what was withdrawn', async () => {
    const [withdrawn] = (await stories('مسؤول ألماتي')).filter(item => item.title.startsWith('[مسحوب]'))
    const story = await (await fetch(address + new URL(withdrawn?._minwal.story ?? '').pathname)).text()
    expect(story.match(/<div class="bad"[^>]*>still running the withdrawn version/g)).toHaveLength(2)
  })

  it('folds the flash into the report that followed it', async () => {
    for (const [report, flash] of [
      ['ثلاثة قتلى في حريق بالعبارة', 'عاجل | حريق في العبارة'],
      ['UPDATE 1-Fire kills at least 6', 'URGENT: Fire breaks out on ferry'],
    ] as const) {
      expect((await pages(report)).story).toContain('Announced by a flash')
      expect((await stories(flash)).filter(item => item.title.startsWith(flash))).toEqual([])
    }
  })

  it('tells a correction from an update, and folds what only mends a spelling', async () => {
    expect((await pages('تصحيح: مقتل 8')).story).toMatch(/Revision 2<[\s\S]{0,60}class="chip correction">Correction</)
    for (const report of ['ثلاثة قتلى في حريق بالعبارة', 'UPDATE 1-Fire kills at least 6']) {
      expect((await pages(report)).story).toMatch(/<summary[^>]*>1 cosmetic revision<\/summary>/)
    }
  })

  it('tells one event in the languages it was reported in, with who said what', async () => {
    const { thread } = await pages('حمدوك يستقيل')
    expect(thread).toContain('<bdi>English</bdi>')
    const ferry = (await pages('UPDATE 1-Fire kills at least 6')).thread
    expect(ferry).toContain('at least 6</a>')
    expect(ferry).toContain('Said by')
  })

  it('publishes what is under embargo only when its time has come', async () => {
    expect(await stories('الورق الأبيض')).toHaveLength(1)
    const seen = count(database, "select first_seen from report where guid = 'sahel-o-20220107-44'")
    expect(seen).toBeGreaterThanOrEqual(Date.parse('2022-01-07T18:00:00Z'))
    expect(count(database, 'select count(*) from embargo')).toBe(0)
  })

  it('has a front page of at most 12 KB in each language of its readers', async () => {
    for (const language of ['ar', 'en', 'fr']) {
      const answer = await fetch(`${address}/`, { headers: { 'accept-language': language } })
      const body = await answer.text()
      expect(gzipSync(body).length, language).toBeLessThanOrEqual(12 * 1024)
      expect(Buffer.byteLength(body), language).toBeLessThanOrEqual(60 * 1024)
      expect(body, language).toMatch(/class="lead"[\s\S]*class="row"/)
    }
  })

  it('draws no line from one number down to what counts something else', async () => {
    const { items } = (await (await fetch(`${address}/threads.json?limit=500&min-agencies=1`)).json()) as JsonFeed
    let charts = 0
    for (const { url } of items) {
      const page = await (await fetch(address + new URL(url).pathname)).text()
      for (const [, ground, line = ''] of page.matchAll(/class="ground" d="M0 (\d+)[^"]*"\/><path d="([^"]*)"/g)) {
        const values = [...line.matchAll(/(?:M[\d.]+ |V)([\d.]+)/g)].map(([, y]) => Number(ground) - Number(y))
        // Some of the injured die, and a source counts one less than another: a little less is the same toll.
        for (const [at, value] of values.entries()) expect(value / (values[at - 1] ?? value)).toBeGreaterThan(0.55)
        charts++
      }
    }
    expect(charts).toBeGreaterThan(10)
  })

  describe.skipIf(chromiumPath === null)('in a browser', () => {
    const open = async (faults: string[] = []): Promise<Page> => {
      if (!browser) throw new Error('no browser')
      const page = await browser.newPage({ viewport: { width: 1200, height: 1500 } })
      onTestFinished(() => page.close())
      page.on('console', message => {
        if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
      })
      page.on('pageerror', error => faults.push(error.message))
      return page
    }

    it('the front page leads to a thread, the thread to a story, the story to its original', async () => {
      const faults: string[] = []
      const page = await open(faults)
      await page.goto(`${address}/`)
      expect(await page.title()).toContain('Minwal')
      await page.locator('a[href*="/threads/"]').first().click()
      await page.waitForURL(/\/threads\/\d+/)
      expect(await page.locator('h1').textContent()).not.toBe('')
      await page.locator('a[href*="/stories/"]').first().click()
      await page.waitForURL(/\/stories\/\d+/)
      const original = await page.locator('a[href^="http://127.0.0.1"]').first().getAttribute('href')
      expect((await fetch(original ?? '')).status).toBe(200)
      expect(faults).toEqual([])
    })

    it('Arabic headlines read from the right on an English page', async () => {
      const page = await open()
      await page.goto(`${address}/?lang=ar`)
      const direction = `getComputedStyle(document.querySelector('article[lang="ar"], article [lang="ar"]')).direction`
      expect(await page.evaluate(direction)).toBe('rtl')
    })

    it('no page is wider than a telephone', async () => {
      const page = await open()
      await page.setViewportSize({ width: 360, height: 740 })
      for (const path of ['/', '/feeds', '/agencies', '/search?q=Kazakhstan', '/threads/1', '/stories/1']) {
        await page.goto(address + path)
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        expect(over, path).toBeLessThanOrEqual(0)
      }
    })
  })
})
