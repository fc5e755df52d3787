// The site as files in a folder: what a run writes, leaves, removes and repairs.
import { spawn } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join, posix } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../src/desk/desk.ts'
import { mergeStories, splitStory } from '../../src/desk/editor.ts'
import { type StaticOptions, type Written, writeStaticSite } from '../../src/run/static-files.ts'
import { openPublished } from '../../src/store/published.ts'
import type { Reason, Store } from '../../src/store/store.ts'
import { root } from '../helpers/cli.ts'
import { newDatabase } from '../helpers/engine.ts'
import { eventually } from '../helpers/eventually.ts'
import { folder } from '../helpers/folder.ts'
import { config } from '../publish/fixture.ts'
import { DAY, type Draft, FEEDS, fileInto, HOUR, NOW, openNewsroom, SETTINGS } from '../store/newsroom.ts'

const [HARIR = '', , MERIDIAN = '', VOSTOK = ''] = FEEDS
const WHY: Reason = { at: NOW, by: 'editor', score: null, reasons: [] }
const LINK = 'https://news.example/wires'
const CONFIG = config({ link: LINK })

let store: Store
let desk: Desk
let database: string

beforeEach(() => {
  database = newDatabase(join(folder(), 'minwal.db'))
  store = openNewsroom({ path: database })
  desk = new Desk(store, SETTINGS)
  onTestFinished(() => store.close())
})

const file = (url: string, now: number, ...drafts: Draft[]) =>
  fileInto(desk, store, url, drafts, now).map(({ report, story, thread }) => ({
    report: report ?? 0,
    story: story ?? 0,
    thread: thread ?? 0,
  }))

const FLOOD = 'The river Selle rose by four metres in a night and took the bridge of Arnmouth with it.'
const STRIKE = 'Bakers of the capital stopped work over pay, and queues formed before the shops of the old town.'

/** Three threads, one of them of two stories. */
function aMorning() {
  const [flood] = file(MERIDIAN, NOW, { id: 'a', title: 'River Selle floods Arnmouth', text: FLOOD })
  const [more] = file(VOSTOK, NOW + HOUR, {
    id: 'b',
    title: 'Flooded Arnmouth waits for boats as river Selle rises',
    text: `${FLOOD} Two hundred people wait on their roofs for boats of the coast guard, the mayor said.`,
  })
  const [strike] = file(MERIDIAN, NOW + 2 * HOUR, { id: 'c', title: 'Bakers strike over pay', text: STRIKE })
  const [dam] = file(HARIR, NOW + 3 * HOUR, {
    id: 'd',
    title: 'انهيار سد الوادي',
    text: 'انهار الجزء الشرقي من السد فجر الأربعاء وغمرت المياه ثلاث قرى.',
  })
  if (!flood || !more || !strike || !dam) throw new Error('four reports')
  return { flood, more, strike, dam }
}

/** Reports that have nothing in common. */
function notices(count: number): Draft[] {
  const word = (seed: number): string => ((seed * 48_271) % 2_147_483_647).toString(36).replaceAll(/\d/g, 'o')
  return Array.from({ length: count }, (_, at) => {
    const words = Array.from({ length: 14 }, (_, nth) => word(at * 1_000 + nth * 37 + 1))
    return { id: `n${at}`, title: words.slice(0, 5).join(' '), text: `${words.join(' ')}.` }
  })
}

function publish(dir: string, options: StaticOptions = {}): Written {
  const done = writeStaticSite(dir, store, CONFIG, options)
  if (!done.ok) throw new Error(done.reason)
  return done.value
}

/** The files of a folder, but those of the record. */
function contents(dir: string): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).map(name => name.replaceAll('\\', '/'))
  const files = names.filter(name => !name.startsWith('.minwal') && statSync(join(dir, name)).isFile())
  return new Map(files.sort().map(name => [name, readFileSync(join(dir, name), 'latin1')]))
}

function times(dir: string): Map<string, number> {
  return new Map([...contents(dir).keys()].map(name => [name, statSync(join(dir, name)).mtimeMs]))
}

/** Links of a file to other files of the site, below its root. */
function leadsTo(path: string, body: string): string[] {
  const found = [...body.matchAll(/(?:(?:href|src|action|url)="|content="0; url=)([^"#?]+)[^"]*"|<loc>([^<]+)<\/loc>/g)]
  return found
    .map(([, attribute, location]) => attribute ?? location ?? '')
    .flatMap(target => {
      if (target.startsWith(`${LINK}/`)) return [target.slice(LINK.length + 1)]
      if (target.startsWith('/')) return [target.replace('/wires/', '')]
      return /^[a-z]+:/.test(target) || !/[/.]/.test(target) ? [] : [posix.join(posix.dirname(path), target)]
    })
    .map(target => (target === '' || target.endsWith('/') ? `${target}index.html` : target))
}

function deadLinks(dir: string): string[] {
  const files = contents(dir)
  return [...files].flatMap(([path, body]) =>
    /\.(?:html|atom|rss|xml)$/.test(path)
      ? leadsTo(path, body)
          .filter(target => !files.has(target))
          .map(target => `${path} -> ${target}`)
      : [],
  )
}

describe('the files of a site', () => {
  it('lead to one another, from pages, feeds, sitemap and the page for what is not there', () => {
    const dir = folder()
    const { flood, strike } = aMorning()
    store.file(filing => filing.mergeThreads(flood.thread, strike.thread, WHY))
    const { files, written } = publish(dir)
    expect(written).toBe(files)
    expect(contents(dir).size).toBe(files)
    expect(deadLinks(dir)).toEqual([])
    const all = contents(dir)
    expect([...all].flatMap(([path, body]) => leadsTo(path, body)).length).toBeGreaterThan(150)
    expect(all.get('404.html')).toContain('href="/wires/"')
    expect(all.get('robots.txt')).toContain(`Sitemap: ${LINK}/sitemap.xml`)
    expect(all.get('feed.atom')).toContain(`<link rel="self" href="${LINK}/feed.atom"`)
    expect(all.get('sitemap.xml')).toContain(`<loc>${LINK}/threads/${flood.thread}.html</loc><lastmod>2022-01-05T`)
    for (const [path, body] of all) if (path.endsWith('.html')) expect(body, path).not.toContain('/search')
  })

  it('are written once: a second run changes none of them', () => {
    const dir = folder()
    aMorning()
    const { files } = publish(dir)
    for (const path of contents(dir).keys()) utimesSync(join(dir, path), 1_000, 1_000)
    const before = times(dir)
    expect(publish(dir)).toEqual({ files, written: 0, removed: 0 })
    expect(times(dir)).toEqual(before)
  })

  it('are written again only where a new report changes them', () => {
    const dir = folder()
    const { dam } = aMorning()
    publish(dir)
    for (const path of contents(dir).keys()) utimesSync(join(dir, path), 1_000, 1_000)
    const [later] = file(VOSTOK, NOW + 4 * HOUR, {
      id: 'e',
      title: 'Bakers strike over pay: talks begin',
      text: `${STRIKE} Talks with the guild of bakers began at noon, and both sides spoke of progress before the cameras.`,
    })
    const grown = store.story(store.storyOf(later?.report ?? 0) ?? 0)?.thread
    expect(publish(dir).written).toBeGreaterThan(5)
    const changed = [...times(dir)].filter(([, time]) => time !== 1_000_000).map(([path]) => path)
    expect(changed).toEqual(expect.arrayContaining(['index.html', 'feed.atom', `threads/${grown}.html`]))
    expect(changed).not.toContain(`threads/${dam.thread}.html`)
    expect(changed).not.toContain(`stories/${dam.story}.html`)
    expect(changed).not.toContain('favicon.svg')
  })

  it('are after each change what a first run would write', () => {
    const dir = folder()
    const { flood, more, strike, dam } = aMorning()
    const changes: (() => unknown)[] = [
      () => {},
      // A copy, a correction, a text that changes in nothing but its spaces, and a kill.
      () => file(VOSTOK, NOW + 4 * HOUR, { id: 'f', title: 'Bakers strike over pay', text: STRIKE }),
      () => file(MERIDIAN, NOW + 5 * HOUR, { id: 'c', title: 'CORRECTED: Bakers strike over hours', text: STRIKE }),
      () => file(MERIDIAN, NOW + 5 * HOUR, { id: 'a', title: 'River Selle floods  Arnmouth', text: FLOOD }),
      () => file(HARIR, NOW + 6 * HOUR, { id: 'd', title: 'إلغاء: انهيار سد الوادي', text: 'يرجى إلغاء هذا الخبر.' }),
      () => store.file(filing => filing.mergeThreads(flood.thread, dam.thread, WHY)),
      () => store.file(filing => filing.splitThread(flood.thread, [dam.story], WHY)),
      () => mergeStories(store, [flood.story, more.story], NOW + 7 * HOUR),
      () => splitStory(store, flood.story, [more.report], NOW + 7 * HOUR),
      () => store.file(filing => filing.mergeThreads(flood.thread, strike.thread, WHY)),
      () =>
        file(MERIDIAN, NOW + 20 * DAY, { id: 'g', title: 'Comet seen over Vendal', text: 'A comet stood in the sky.' }),
      () => file(VOSTOK, NOW + 40 * DAY, { id: 'h', title: 'Chess title kept', text: 'The last game was drawn.' }),
    ]
    for (const [at, change] of changes.entries()) {
      change()
      publish(dir, { span: DAY })
      const anew = folder()
      publish(anew, { span: DAY })
      const [now, expected] = [contents(dir), contents(anew)]
      for (const [path, body] of expected) expect(now.get(path) === body, `change ${at}: ${path}`).toBe(true)
      expect([...now.keys()], `change ${at}`).toEqual([...expected.keys()])
      expect(deadLinks(dir)).toEqual([])
    }
  })

  it('stay for threads that are older than those that get pages anew', () => {
    const dir = folder()
    const { strike } = aMorning()
    publish(dir, { span: DAY })
    file(VOSTOK, NOW + 30 * DAY, ...notices(60))
    publish(dir, { span: DAY })
    expect(existsSync(join(dir, `threads/${strike.thread}.html`))).toBe(true)
    const anew = folder()
    publish(anew, { span: DAY })
    expect(existsSync(join(anew, `threads/${strike.thread}.html`))).toBe(false)
    expect([...deadLinks(dir), ...deadLinks(anew)]).toEqual([])
  })

  it('of what was merged lead on, and feeds of merged threads go on with those of the other', () => {
    const dir = folder()
    const { flood, strike } = aMorning()
    publish(dir)
    store.file(filing => filing.mergeThreads(flood.thread, strike.thread, WHY))
    expect(publish(dir).removed).toBe(0)
    const files = contents(dir)
    expect(files.get(`threads/${strike.thread}.html`)).toContain(`url=../threads/${flood.thread}.html`)
    expect(files.get(`threads/${strike.thread}.atom`)).toBe(files.get(`threads/${flood.thread}.atom`))
    expect(files.get('sitemap.xml')).not.toContain(`threads/${strike.thread}.html`)
  })

  it('of threads that are gone are removed, and no others', () => {
    const dir = folder({ CNAME: 'news.example' })
    const { dam } = aMorning()
    publish(dir, { gzip: true })
    const gone = new Proxy(store, {
      get: (of, name) => {
        if (name === 'threadMarks')
          return (...asked: Parameters<Store['threadMarks']>) =>
            new Map([...of.threadMarks(...asked)].filter(([id]) => id !== dam.thread))
        return Reflect.get(of, name)
      },
    })
    const done = writeStaticSite(dir, gone, CONFIG, { gzip: true })
    expect(done).toMatchObject({ ok: true, value: { removed: 5 } })
    const left = [...contents(dir).keys()]
    expect(left.filter(path => new RegExp(`^(?:threads/${dam.thread}|stories/${dam.story})\\.`).test(path))).toEqual([])
    expect(left).toContain('CNAME')
    expect(contents(dir).get('sitemap.xml')).not.toContain(`threads/${dam.thread}.html`)
  })

  it('are there compressed too where that is asked for, and no longer where it is not', () => {
    const dir = folder()
    aMorning()
    publish(dir, { gzip: true })
    const packed = [...contents(dir)].filter(([path]) => path.endsWith('.gz'))
    expect(packed.map(([path]) => path)).toEqual(
      expect.arrayContaining(['index.html.gz', 'feed.atom.gz', '404.html.gz']),
    )
    for (const [path, body] of packed)
      expect(gunzipSync(Buffer.from(body, 'latin1')).equals(readFileSync(join(dir, path.slice(0, -3))))).toBe(true)
    expect(publish(dir, { gzip: true }).written).toBe(0)
    publish(dir)
    expect([...contents(dir).keys()].filter(path => path.endsWith('.gz'))).toEqual([])
  })
})

describe('a folder that is not as it was left', () => {
  it('is mended: files that are damaged, missing or of a lost record', () => {
    const dir = folder()
    const { flood, more, dam } = aMorning()
    publish(dir)
    const whole = contents(dir)
    truncateSync(join(dir, `threads/${flood.thread}.html`), 10)
    rmSync(join(dir, `stories/${more.story}.html`))
    rmSync(join(dir, 'index.html'))
    expect(publish(dir).written).toBe(3)
    expect(contents(dir)).toEqual(whole)
    // A file of a thread that is no more, and no record of it.
    writeFileSync(join(dir, 'threads/4711.html'), 'old')
    writeFileSync(join(dir, 'stories/4711.html'), 'old')
    writeFileSync(join(dir, '.minwal/published.db'), 'no database'.repeat(500))
    truncateSync(join(dir, `stories/${dam.story}.html`), 10)
    expect(publish(dir)).toMatchObject({ written: 1, removed: 2 })
    expect(contents(dir)).toEqual(whole)
  })

  it('is written by one process at a time', () => {
    const dir = folder()
    aMorning()
    publish(dir)
    const other = openPublished(join(dir, '.minwal/published.db'))
    try {
      expect(writeStaticSite(dir, store, CONFIG)).toEqual({
        ok: false,
        reason: `another \`minwal publish\` is writing to ${dir}`,
      })
    } finally {
      other?.close()
    }
    expect(publish(dir).written).toBe(0)
  })
})

const WRITER = `
import { writeStaticSite } from '${root}src/run/static-files.ts'
import { openReader } from '${root}src/store/open.ts'
const [dir, database, config] = process.argv.slice(2)
const opened = openReader(database)
if (!opened.ok) throw new Error(opened.reason)
process.stdout.write('begins')
writeStaticSite(dir, opened.value, JSON.parse(config))
`

describe('a run that is killed', () => {
  it('leaves no half a file, and the next completes it', async () => {
    const before = folder()
    aMorning()
    file(VOSTOK, NOW + HOUR, ...notices(40))
    const anew = folder()
    publish(anew)
    const whole = contents(anew)
    const script = join(folder(), 'writer.mts')
    writeFileSync(script, WRITER)
    for (const least of [1, 90, 180]) {
      const dir = least === 1 ? before : folder()
      const child = spawn(process.execPath, [script, dir, database, JSON.stringify(CONFIG)], { stdio: 'pipe' })
      const ended = new Promise<string | null>(resolve => {
        child.once('close', (_, signal) => resolve(signal))
      })
      await eventually(`${least} files`, () => contents(dir).size >= least)
      child.kill('SIGKILL')
      await ended
      for (const [path, body] of contents(dir)) expect(whole.get(path) === body, path).toBe(true)
      publish(dir)
      expect(contents(dir)).toEqual(whole)
      // Killed when all was written, it leaves an emptied journal, which the next that writes takes away.
      const kept = readdirSync(join(dir, '.minwal')).filter(name => name !== 'published.db-journal')
      expect(kept).toEqual(['published.db'])
    }
  })
})
