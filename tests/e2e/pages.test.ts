// The pages in a real browser: accessible, within their bounds, right in both directions, and live.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chromiumPath, launch } from '../helpers/browser.ts'
import { HOUR, NOW } from '../publish/fixture.ts'
import { type Served, STATES, serveStates } from '../publish/states.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LANGUAGES = ['en', 'ar', 'fr'] as const
const WIDTHS = [360, 1280] as const
const SCHEMES = ['light', 'dark'] as const

let served: Served
let browser: Browser

beforeAll(async () => {
  if (chromiumPath === null) return
  served = await serveStates(0)
  browser = await launch()
})
afterAll(async () => {
  await browser?.close()
  served?.server.closeAllConnections()
  served?.server.close()
})

interface Setting {
  language?: string
  width?: number
  scheme?: 'light' | 'dark'
  zone?: string
}

/** A reader with a browser of their own. */
async function reader({
  language = 'en',
  width = 1280,
  scheme = 'light',
  zone = 'UTC',
}: Setting = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 740 : 800 },
    locale: language,
    colorScheme: scheme,
    timezoneId: zone,
    // The tests' own program is put into the page.
    bypassCSP: true,
  })
  onTestFinished(() => context.close())
  return context
}

async function open(name: string, setting: Setting = {}): Promise<Page> {
  const page = await (await reader(setting)).newPage()
  await page.goto(served.address(name))
  return page
}

/** What axe finds, a line each: the rule, and where. `rules` are all of them where left out. */
async function faults(page: Page, rules?: readonly string[]): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(AXE)
  const chosen =
    rules === undefined
      ? `runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { 'target-size': { enabled: true } }`
      : `runOnly: { type: 'rule', values: ${JSON.stringify(rules)} }`
  return (await page.evaluate(`axe.run(document, { resultTypes: ['violations'], ${chosen} }).then(found =>
    found.violations.flatMap(one => one.nodes.map(node => one.id + ': ' + node.target.join(' '))))`)) as string[]
}

/** Text below 15 px with less contrast than 7:1, as `ratio text`. */
const FAINT = `(() => {
  const light = value => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 }
  const luminance = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number); return 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b) }
  const behind = element => { for (let at = element; at; at = at.parentElement) { const color = getComputedStyle(at).backgroundColor; if (!/, 0\\)$/.test(color)) return color } return 'rgb(255, 255, 255)' }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || /^(script|style)$/i.test(element.tagName)) continue
    const style = getComputedStyle(element)
    if (parseFloat(style.fontSize) >= 15) continue
    const [one, other] = [luminance(style.color), luminance(behind(element))].sort((a, b) => b - a)
    const ratio = (one + 0.05) / (other + 0.05)
    if (ratio < 7) found.push(ratio.toFixed(2) + ' ' + texts.currentNode.data.trim().slice(0, 40))
  }
  return [...new Set(found)]
})()`

describe.skipIf(chromiumPath === null)('every page in every state', () => {
  const all = LANGUAGES.flatMap(language => WIDTHS.map(width => ({ language, width })))
  // Half a minute each: `npm run test:pages` asks in all of them, `npm test` in the narrow Arabic and the wide English one.
  const settings =
    process.env['ALL_PAGES'] === undefined
      ? all.filter(({ language, width }) => (language === 'ar') === (width === 360) && language !== 'fr')
      : all

  it.each(settings)(
    'is accessible and fits in $language, $width px wide, light and dark',
    async setting => {
      const page = await (await reader(setting)).newPage()
      const found: string[] = []
      page.on('pageerror', error => found.push(`${page.url()}: ${error.message}`))
      page.on('request', request => {
        if (new URL(request.url()).host !== new URL(served.address('front')).host) found.push(`asks ${request.url()}`)
      })
      for (const { name } of STATES) {
        await page.emulateMedia({ colorScheme: 'light' })
        await page.goto(served.address(name))
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        if (Number(over) > 0) found.push(`${name}: ${over} px too wide`)
        for (const fault of await faults(page)) found.push(`${name}: ${fault}`)
        for (const faint of (await page.evaluate(FAINT)) as string[]) found.push(`${name}: faint ${faint}`)
        // Colours alone change with the scheme.
        await page.emulateMedia({ colorScheme: 'dark' })
        for (const fault of await faults(page, ['color-contrast', 'link-in-text-block']))
          found.push(`${name}, dark: ${fault}`)
        for (const faint of (await page.evaluate(FAINT)) as string[]) found.push(`${name}, dark: faint ${faint}`)
      }
      expect(found).toEqual([])
    },
    300_000,
  )
})

describe.skipIf(chromiumPath === null)('a page', () => {
  it('is small, and asks for nothing but itself and its icon', async () => {
    const page = await (await reader()).newPage()
    const asked: string[] = []
    page.on('request', request => asked.push(new URL(request.url()).pathname))
    await page.goto(served.address('story-hostile'))
    await page.goto(served.address('front'))
    expect(asked.filter(path => !/\/(?:events|favicon\.svg)$/.test(path))).toEqual([
      '/story-hostile/stories/1',
      '/front/',
    ])
    const body = await (await fetch(served.address('front'))).text()
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60 * 1024)
    expect(gzipSync(body).length).toBeLessThanOrEqual(12 * 1024)
  })

  it('shows three headlines in the first screen of a telephone, twelve on a desk', async () => {
    for (const [width, least] of [
      [360, 3],
      [1280, 12],
    ] as const) {
      const page = await open('front', { width })
      const seen = await page.evaluate(
        `[...document.querySelectorAll('main :is(h2,h3) > a, .others a')].filter(one => one.getBoundingClientRect().bottom <= innerHeight).length`,
      )
      expect(Number(seen)).toBeGreaterThanOrEqual(least)
    }
  })

  it('shows the numbers of an event in the first screen', async () => {
    for (const width of WIDTHS) {
      const page = await open('thread-arabic', { width })
      const bottom = await page.evaluate(`document.querySelector('.tiles').getBoundingClientRect().bottom`)
      expect(Number(bottom)).toBeLessThanOrEqual(740)
    }
  })

  it('of Arabic news has one right edge, whatever the language of its words', async () => {
    for (const language of LANGUAGES) {
      const page = await open('thread-arabic', { language })
      const edges =
        await page.evaluate(`['h1', '.head .strip .part:first-child', '.head .facts:not(.strip) .part:first-child'].map(selector => {
        const range = document.createRange()
        range.selectNodeContents(document.querySelector(selector))
        return document.querySelector(selector).closest('h1, p').getBoundingClientRect().right
      }).concat([...document.querySelectorAll('.dev h3, .dev .facts:not(:first-child), .dev .text')].map(one => one.getBoundingClientRect().right))`)
      const [h1, ...others] = edges as number[]
      expect(others.slice(0, 2)).toEqual([h1, h1])
      expect(new Set(others.slice(2)).size).toBe(1)
    }
  })

  it('writes Arabic in the families it was made for', async () => {
    const page = await open('front-arabic-news', { language: 'ar' })
    const session = await page.context().newCDPSession(page)
    await session.send('DOM.enable')
    await session.send('CSS.enable')
    const { root } = await session.send('DOM.getDocument', { depth: -1 })
    const used = new Set<string>()
    for (const selector of ['h2', 'h3', '.facts bdi', '.facts time', '.purpose', '.sections', '.text']) {
      const { nodeIds } = await session.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector })
      for (const nodeId of nodeIds) {
        const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId })
        for (const font of fonts) used.add(font.familyName)
      }
    }
    expect([...used].some(family => /Naskh/.test(family))).toBe(true)
    expect([...used].filter(family => /DejaVu|Kufi/.test(family))).toEqual([])
  })

  it('prints from the dark scheme as from the light one', async () => {
    const printed = await Promise.all(
      SCHEMES.map(async scheme => {
        const page = await open('thread', { scheme })
        await page.emulateMedia({ media: 'print', colorScheme: scheme })
        return await page.evaluate(
          `[...document.querySelectorAll('body, h1, .facts, .by, .chip, .stated')].map(one => { const style = getComputedStyle(one); return style.color + style.backgroundColor })`,
        )
      }),
    )
    expect(printed[0]).toEqual(printed[1])
  })

  it('tells times in the zone of its reader', async () => {
    const page = await open('thread', { zone: 'Asia/Dubai' })
    const first = await page.evaluate(`document.querySelector('time[datetime="2022-01-05T09:00:00.000Z"]').textContent`)
    expect(first).toContain('13:00')
    expect(await page.locator('[data-zone]').textContent()).toContain('Gulf')
  })

  it('without a script tells the same, in UTC', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(served.address('front'))
    expect(await page.locator('footer').textContent()).toContain('UTC')
    expect(await page.locator('main h2').first().textContent()).toContain('Flood cuts off')
  })

  it('leads by its menus to feeds that answer', async () => {
    const feeds = new Set<string>()
    for (const { name } of STATES) {
      const body = await (await fetch(served.address(name))).text()
      const hrefs = [...body.matchAll(/<details class="follow[\s\S]*?<\/details>/g)].flatMap(([menu]) =>
        [...menu.matchAll(/href="([^"]+)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&') ?? ''),
      )
      if (/^(?:front|thread|story|agenc|search-found)/.test(name) && !/first-run|failing|german|all-lang/.test(name))
        expect(hrefs.length, name).toBeGreaterThanOrEqual(3)
      for (const href of hrefs) feeds.add(href)
    }
    for (const href of feeds) expect((await fetch(new URL(href, served.address('front')))).status, href).toBe(200)
  })

  it('copies the address of a feed', async () => {
    const page = await open('thread')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.locator('summary', { hasText: 'Follow this event' }).click()
    const button = page.locator('.follow [data-copy]').first()
    await button.click()
    await page.locator('.follow [data-copy]', { hasText: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      new URL((await button.getAttribute('data-copy')) ?? '', page.url()).href,
    )
  })

  it('moves nothing while it loads, wherever its reader is', async () => {
    for (const name of [
      'front',
      'front-arabic-news',
      'thread',
      'thread-300',
      'story',
      'agency',
      'feeds',
      'search-found',
    ]) {
      const page = await open(name, { zone: 'Asia/Tokyo', width: 360 })
      expect(await page.evaluate(SHIFT), name).toBe(0)
      await page.context().close()
    }
  })

  // The rest of a line that stood half would move what is in the middle of it.
  it.each([
    ['feeds', 0.65],
    ['front', 0.45],
    ['thread', 0.6],
    ['front-arabic-news', 0.55],
  ] as const)('moves nothing when its end comes late: %s from %d on', async (name, share) => {
    const whole = Buffer.from(await (await fetch(served.address(name))).arrayBuffer())
    const half = Math.floor(whole.length * share)
    const late = http.createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write(whole.subarray(0, half))
      setTimeout(() => response.end(whole.subarray(half)), 300)
    })
    await new Promise<void>(done => late.listen(0, '127.0.0.1', done))
    onTestFinished(() => {
      late.closeAllConnections()
      late.close()
    })
    const page = await (await reader({ zone: 'Asia/Tokyo', width: 360 })).newPage()
    await page.goto(`http://127.0.0.1:${(late.address() as AddressInfo).port}/`)
    expect(await page.evaluate(SHIFT)).toBe(0)
  })

  it('parts an event into the days of its reader', async () => {
    const page = await open('thread-300', { zone: 'Asia/Tokyo' })
    const days = await page.evaluate(`[...document.querySelectorAll('ol')].flatMap(list => {
      let heading = ''
      return [...list.children].flatMap(item => {
        if (item.matches('.day')) heading = item.textContent
        return item.matches('.day') ? [] : [[heading, new Date(item.querySelector('time').dateTime).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' })]]
      })
    }).filter(([told]) => told !== '')`)
    expect((days as unknown[]).length).toBeGreaterThan(30)
    expect(new Set((days as [string, string][]).map(([told]) => told)).size).toBeGreaterThan(1)
    for (const [told, day] of days as [string, string][]) expect(told).toBe(day)
  })

  it('is gone through by keys', async () => {
    const page = await open('front')
    await page.keyboard.press('/')
    expect(await page.evaluate('document.activeElement.name')).toBe('q')
    await page.keyboard.press('j')
    expect(await page.inputValue('[name=q]')).toBe('j')
    await page.evaluate('document.activeElement.blur()')
    for (const key of ['j', 'j', 'k']) await page.keyboard.press(key)
    const second = 'document.activeElement === document.querySelectorAll("main :is(h2,h3) > a")[0]'
    expect(await page.evaluate(second)).toBe(true)
    await page.keyboard.press('o')
    await page.waitForURL(/\/threads\/\d+/)
  })

  it('prints what is to be read, and none of what is to be clicked', async () => {
    for (const name of ['front', 'search-found', 'feeds', 'thread']) {
      const page = await open(name)
      await page.emulateMedia({ media: 'print' })
      const clicked = `[...document.querySelectorAll('nav, form, .follow, .live, .filters')].filter(one => one.checkVisibility()).length`
      expect(await page.evaluate(clicked), name).toBe(0)
      expect(await page.locator('main').textContent()).not.toBe('')
      await page.context().close()
    }
  })
})

/** The sum of what has moved on a page by itself. */
const SHIFT = `new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value }).observe({ type: 'layout-shift', buffered: true }); setTimeout(() => done(sum), 200) })`

describe.skipIf(chromiumPath === null)('an open page', () => {
  it('says that there is news, moves nothing, and lets it in by a click', async () => {
    const page = await open('front')
    const store = served.stores.get('front')
    await page.locator('#live').waitFor({ state: 'attached' })
    const announced = page.locator('#live').waitFor({ state: 'visible' })
    let id = 900
    const filing = setInterval(() => {
      store?.put({ id, title: `A tram leaves the rails (${id})`, time: NOW + id, thread: 900, threadKey: 't900' })
      id++
    }, 200)
    onTestFinished(() => clearInterval(filing))
    await announced
    clearInterval(filing)
    expect(await page.locator('#live').textContent()).toContain('show')
    expect(await page.evaluate(SHIFT)).toBe(0)
    expect(await faults(page)).toEqual([])
    await page.locator('#live').click()
    await page.locator('main', { hasText: 'A tram leaves the rails' }).waitFor()
    expect(await page.locator('#live').isVisible()).toBe(false)
  })

  it('says of a report that it was corrected since it was read', async () => {
    const page = await (await reader()).newPage()
    await page.goto(served.address('thread').replace('/threads/1', '/stories/2'))
    await page.goto(served.address('thread'))
    expect(await page.locator('.corrected').count()).toBe(0)
    served.stores.get('thread')?.put({
      ...{ id: 2, title: 'The bridge stands', thread: 1, threadKey: 't1', signal: 'correction' },
      ...{ time: NOW - 8 * HOUR, updated: NOW + HOUR },
    })
    await page.goto(served.address('front'))
    await page.goto(served.address('thread'))
    await page.reload()
    expect(await page.locator('.dev', { hasText: 'The bridge stands' }).locator('.corrected').textContent()).toBe(
      'Corrected since you read it',
    )
    expect(await page.locator('.corrected').count()).toBe(1)
  })

  it('of the feeds follows by itself what fails', async () => {
    const page = await open('feeds-by-agency')
    const store = served.stores.get('feeds-by-agency')
    expect(await page.title()).toContain('(1 failing)')
    for (const feed of store?.feeds ?? []) feed.state = 'failing'
    let id = 900
    const filing = setInterval(() => {
      store?.put({ id, title: `A tram leaves the rails (${id})`, time: NOW + id, thread: 900, threadKey: 't900' })
      id++
    }, 200)
    onTestFinished(() => clearInterval(filing))
    await page.waitForFunction('document.title.includes("(3 failing)")')
    expect(await page.locator('.bad', { hasText: 'failing' }).count()).toBe(3)
  })

  it('marks at the second visit only what grew since the first', async () => {
    const context = await reader()
    const page = await context.newPage()
    await page.goto(served.address('front-agency'))
    expect(await page.locator('.new').count()).toBe(0)
    expect(await page.locator('#new').isVisible()).toBe(false)
    await page.goto(served.address('not-found'))
    served.stores.get('front-agency')?.put({
      ...{ id: 801, title: 'قطار يخرج عن السكة', language: 'ar', agency: 'manar', thread: 10, threadKey: 't10' },
      time: NOW - HOUR / 60,
    })
    await page.goto(served.address('front-agency'))
    // What the browser kept for a minute is passed over.
    await page.reload()
    await page.locator('#new').waitFor({ state: 'visible' })
    expect(await page.locator('#new').textContent()).toContain('1 new since your last visit')
    expect(await page.locator('.new').count()).toBe(1)
  })
})
