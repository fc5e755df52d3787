// Feeds that want to run programs, load things, break pages or feeds: polled over HTTP, filed, and looked at in a real browser.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAggregator, loadConfig } from '../../src/index.ts'
import { chromiumPath, launch } from '../helpers/browser.ts'
import { root } from '../helpers/cli.ts'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { feedServer } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const OUT = 'https://outside.example'

/** Markup of which nothing may act, a class each. */
const MARKUP: Readonly<Record<string, string>> = {
  script: `<script>window.ran='script'</script><script src="${OUT}/s.js"></script>`,
  handlers: `<p onclick="window.ran=1" onmouseover="window.ran=1">a</p><img src="x" onerror="window.ran='img'"><svg onload="window.ran='svg'"><animate onbegin="window.ran=2"/></svg><details ontoggle="window.ran=3" open><summary>b</summary></details>`,
  addresses: `<a href="javascript:window.ran='href'">a</a><a href=" jav&#x09;ascript:window.ran=1">b</a><a href="data:text/html,<script>1</script>">c</a><a href="vbscript:x">d</a>`,
  frames: `<iframe src="${OUT}/f"></iframe><object data="${OUT}/o"></object><embed src="${OUT}/e"><frameset><frame src="${OUT}/g"></frameset>`,
  head: `<base href="${OUT}/"><meta http-equiv="refresh" content="0;url=${OUT}/m"><link rel="stylesheet" href="${OUT}/l.css"><link rel="prefetch" href="${OUT}/p"><title>mine</title>`,
  styles: `<style>body{display:none;background:url(${OUT}/b)}@import "${OUT}/i.css";</style><p style="position:fixed;inset:0;background:url(${OUT}/c)">a</p>`,
  media: `<img src="${OUT}/a.jpg" srcset="${OUT}/b.jpg 2x"><picture><source srcset="${OUT}/c.webp"><img src="${OUT}/d.jpg"></picture><video src="${OUT}/v.mp4" poster="${OUT}/v.jpg" autoplay></video><audio src="${OUT}/a.mp3" autoplay></audio>`,
  forms: `<form action="${OUT}/x"><input name="q" autofocus onfocus="window.ran=4"><button formaction="javascript:window.ran=5">go</button></form>`,
  escapes: '</article></main></body></html><!-- <![CDATA[ ]]> --><textarea></textarea></div></div></section>',
  unclosed: '<div><ul><li><b><i><table><tr><td>never <a href="https://a.example/">closed',
  comments: "<!--><script>window.ran='comment'</script>--><!--[if IE]><script>window.ran=6</script><![endif]-->",
  encoded: '&lt;script&gt;window.ran=7&lt;/script&gt; &amp;lt;img src=x onerror=window.ran=8&amp;gt;',
  mutation: `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.ran=9&gt;">`,
  ids: '<p id="news">a</p><img name="body"><a id="live" href="#">b</a><form id="document"></form>',
}

/** Text that is no markup, a class each. */
const TEXTS: Readonly<Record<string, string>> = {
  closing: `</title></style></script><script>window.ran='text'</script>"'><img src=x onerror=window.ran=10>`,
  override: '\u202Egnp.exe\u202C \u2067\u2066 \u200E\u200F\u061C',
  marks: `e${'\u0301'.repeat(300)}`,
  endless: 'x'.repeat(4_000),
  wide: '﷽'.repeat(60),
  controls: 'bell \u0085\u0090 end',
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function document(): string {
  const entries = [
    ...Object.entries(MARKUP).map(([name, markup]) => ({ title: `The ${name} of a ferry line`, markup })),
    ...Object.entries(TEXTS).map(([name, text]) => ({ title: `${name} ${text}`, markup: escaped(text) })),
  ]
  const items = entries.map(
    ({ title, markup }, at) =>
      `<item><guid isPermaLink="false">${at}</guid><title>${escaped(title)}</title><link>https://a.example/${at}</link>
<author>${escaped(TEXTS['closing'] ?? '')}</author><category>${escaped(TEXTS['closing'] ?? '')}</category>
<pubDate>Wed, 05 Jan 2022 ${String(at % 24).padStart(2, '0')}:00:00 GMT</pubDate>
<description>${escaped(markup)}</description><enclosure url="${OUT}/e${at}.jpg" type="image/jpeg" length="1"/></item>`,
  )
  return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>${escaped(TEXTS['closing'] ?? '')}</title><link>https://a.example/</link>${items.join('\n')}</channel></rss>`
}

/** Documents that were found hostile once, where they are at hand. */
function found(): string[] {
  const place = join(root, '../shared/cases/2-hostile')
  if (!existsSync(place)) return []
  return readdirSync(place)
    .filter(name => /\.(?:rss\.xml|feed\.json|xml\.gz)$/.test(name) && !name.startsWith('embargoed'))
    .map(name => {
      const bytes = readFileSync(join(place, name))
      return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    })
}

/** The site of what these documents leave behind. */
async function published(documents: readonly string[]) {
  const feeds = await feedServer(Object.fromEntries(documents.map((text, at) => [`/${at}`, text])))
  const addresses = documents.map((_, at) => `${feeds.origin}/${at}`)
  const { config } = configure(folder(), agenciesOf(addresses), { publish: { frontPage: '30d' } })
  const loaded = loadConfig(config, {})
  if (!loaded.ok) throw new Error(loaded.faults.join())
  const now = () => Date.UTC(2022, 0, 6)
  const aggregator = createAggregator(loaded.config, { now })
  onTestFinished(() => aggregator.stop())
  await aggregator.poll()
  const server = createServer(getRequestListener(request => aggregator.handle(request)))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, aggregator }
}

const COLLECTED = `['/', '/search?q=ferry', '/agencies', '/feeds'].concat([...document.querySelectorAll('main a[href^="/"]')].map(one => one.getAttribute('href')).filter(href => !/\\.(?:atom|rss|json)/.test(href)))`

/** What is wrong with a feed: that it is no XML, or that a body of it would act in a reader that shows it as it stands. */
const READ = `text => {
  const feed = new DOMParser().parseFromString(text, 'application/xml')
  const broken = feed.querySelector('parsererror')
  if (broken) return [broken.textContent]
  const bodies = [...feed.querySelectorAll('content, summary, description, encoded')].map(one => new DOMParser().parseFromString(one.textContent, 'text/html'))
  return bodies.flatMap(body => [...body.querySelectorAll('*')].flatMap(one => {
    const acts = /^(?:script|style|iframe|object|embed|form|input|base|meta|link|svg|math)$/i.test(one.localName) && one.parentNode !== body.head
    const bad = [...one.attributes].filter(({ name, value }) => /^on/i.test(name) || /^\\s*(?:javascript|vbscript|data):/i.test(value))
    return acts || bad.length > 0 ? [one.outerHTML.slice(0, 80)] : []
  }))
}`

describe.skipIf(chromiumPath === null)('hostile feeds', () => {
  it('run nothing, load nothing from elsewhere and break no page and no feed', async () => {
    const { origin, aggregator } = await published([document(), ...found()])
    const browser = await launch()
    onTestFinished(() => browser.close())
    const page = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage()
    const faults: string[] = []
    let path = '/'
    page.on('dialog', dialog => {
      faults.push(`${path}: dialog`)
      void dialog.dismiss()
    })
    page.on('pageerror', error => faults.push(`${path}: ${error.message}`))
    page.on('console', message => {
      if (/Content Security Policy|Refused/.test(message.text())) faults.push(`${path}: ${message.text()}`)
    })
    page.on('request', request => {
      if (!request.url().startsWith(origin)) faults.push(`${path}: asks ${request.url()}`)
    })
    await page.goto(`${origin}/`)
    const paths = new Set((await page.evaluate(COLLECTED)) as string[])
    for (const { id, thread } of aggregator.reader.recentStories({ limit: 500 })) {
      paths.add(`/stories/${id}`)
      paths.add(`/threads/${thread}`)
    }
    expect(paths.size).toBeGreaterThan(40)
    for (path of paths) {
      await page.goto(origin + path)
      const state = (await page.evaluate(
        `({ ran: window.ran, over: document.documentElement.scrollWidth - document.documentElement.clientWidth, footer: document.querySelector('body > footer') !== null, main: document.querySelectorAll('#news').length, shown: document.querySelector('main')?.checkVisibility() === true })`,
      )) as Record<string, unknown>
      if (state['ran'] !== undefined) faults.push(`${path}: ran ${state['ran']}`)
      if (Number(state['over']) > 0) faults.push(`${path}: ${state['over']} px too wide`)
      if (state['footer'] !== true || state['main'] !== 1 || state['shown'] !== true)
        faults.push(`${path}: broken: ${(await page.content()).slice(0, 200)}`)
    }
    for (path of ['/feed.atom', '/feed.rss', '/threads.atom?min-agencies=1', '/threads.rss?min-agencies=1', '/opml']) {
      const text = await (await fetch(origin + path)).text()
      for (const fault of (await page.evaluate(`(${READ})(${JSON.stringify(text)})`)) as string[])
        faults.push(`${path}: ${fault}`)
    }
    expect(faults).toEqual([])
  }, 300_000)
})
