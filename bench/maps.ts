// A day of an agency that has a news map and no feed: an index of 86 pages that names no changes, 3,800 headlines of 48 hours in six
// languages, all tagged `en`, beside 50 feeds. Prints a table and one JSON line.
//
//   node bench/maps.ts [--hours 24] [--feeds 50] [--step 1] [--seed 1]
//
// The clock runs as fast as the machine does the work; --step is how many of its minutes lie between two ticks. Nothing goes over a
// network. `missed` are headlines that appeared after the first poll and were gone from the index, or are there at the end, without being
// on file; `twice` are reports beyond one for each address; `articles` are requests for pages of reports, of which there may be none.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import type { Fetcher } from '../src/collect/net/fetch.ts'
import { parseConfig } from '../src/config/load.ts'
import { createLog } from '../src/log.ts'
import type { FetchResult } from '../src/model/collected.ts'
import { startDaemon } from '../src/run/daemon.ts'
import { machine, printJson, printTable, rounded } from './helpers.ts'

const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    feeds: { type: 'string', default: '50' },
    step: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-03-02T00:00:00Z')
/** Headlines of 48 hours, and pages that they stand on. */
const HELD = 3_800
const PAGES = 86
const SITE = 'https://kestrel.example'
const INDEX = `${SITE}/arc/outboundfeeds/news-sitemap-index/?outputType=xml`
const MAP = `${SITE}/arc/outboundfeeds/news-sitemap/?outputType=xml`
const PER_PAGE = Math.ceil(HELD / PAGES)
const SPACING = (48 * HOUR) / HELD

/** Who, does what, to what, where: in the order of the language, with numbers put in so that no two headlines are alike. */
const SPEECH: Readonly<Record<string, readonly (readonly string[])[]>> = {
  en: [
    ['Port council', 'Ferry company', 'Harbour police', 'School board', 'Power utility', 'Opposition leader'],
    ['approves', 'postpones', 'investigates', 'criticises', 'reopens', 'defends'],
    ['the new budget of', 'a bridge worth', 'the winter timetable of', 'plans for a dam with', 'talks over'],
    ['million after a night of storms', 'workers in the northern district', 'families who lost their homes'],
  ],
  es: [
    ['El consejo del puerto', 'La compañía de transbordadores', 'La policía', 'El gobierno regional', 'La oposición'],
    ['aprueba', 'aplaza', 'investiga', 'critica', 'reabre', 'defiende'],
    [
      'el nuevo presupuesto de',
      'un puente de',
      'los horarios de invierno de',
      'los planes para',
      'las negociaciones de',
    ],
    ['millones tras una noche de tormentas', 'trabajadores del norte', 'familias que perdieron sus casas'],
  ],
  fr: [
    ['Le conseil du port', 'La compagnie des ferries', 'La police', 'Le gouvernement régional', "L'opposition"],
    ['approuve', 'reporte', 'examine', 'critique', 'rouvre', 'défend'],
    ['le nouveau budget de', 'un pont de', 'les horaires d’hiver de', 'les projets pour', 'les négociations de'],
    ['millions après une nuit de tempête', 'ouvriers du nord', 'familles qui ont perdu leur maison'],
  ],
  de: [
    ['Der Hafenrat', 'Die Fährgesellschaft', 'Die Polizei', 'Die Landesregierung', 'Die Opposition'],
    ['billigt', 'verschiebt', 'untersucht', 'kritisiert', 'eröffnet', 'verteidigt'],
    ['den neuen Haushalt von', 'eine Brücke für', 'den Winterfahrplan mit', 'Pläne für', 'Gespräche über'],
    ['Millionen nach einer Sturmnacht', 'Arbeiter im Norden', 'Familien, die ihr Haus verloren haben'],
  ],
  pt: [
    ['O conselho do porto', 'A companhia de balsas', 'A polícia', 'O governo regional', 'A oposição'],
    ['aprova', 'adia', 'investiga', 'critica', 'reabre', 'defende'],
    ['o novo orçamento de', 'uma ponte de', 'os horários de inverno de', 'os planos para', 'as negociações de'],
    ['milhões depois de uma noite de tempestade', 'trabalhadores do norte', 'famílias que perderam suas casas'],
  ],
  ar: [
    ['مجلس الميناء', 'شركة العبّارات', 'الشرطة', 'حكومة الإقليم', 'زعيم المعارضة'],
    ['يقرّ', 'يؤجّل', 'يحقّق في', 'ينتقد', 'يعيد فتح', 'يدافع عن'],
    ['الموازنة الجديدة البالغة', 'جسر بكلفة', 'مواعيد الشتاء لنحو', 'خطط تشمل', 'محادثات بشأن'],
    ['مليونا بعد ليلة عاصفة', 'عاملا في الشمال', 'عائلة فقدت بيوتها'],
  ],
}
const TONGUES = Object.keys(SPEECH)

/** A whole number that follows from its place alone. */
const chance = (at: number, part: number): number =>
  createHash('sha256').update(`${values.seed} ${at} ${part}`).digest().readUInt32BE(0)

const tongueOf = (at: number): string => TONGUES[chance(at, 0) % TONGUES.length] ?? 'en'

function headline(at: number): string {
  const parts = (SPEECH[tongueOf(at)] ?? []).map((list, part) => list[chance(at, part + 1) % list.length] ?? '')
  return [...parts.slice(0, 3), String(10 + (chance(at, 9) % 990)), parts[3]].join(' ')
}

/** The headline that is published at a moment, the last of all: they come evenly. */
const lastAt = (now: number): number => Math.floor((now - START) / SPACING)
const timeOf = (at: number): number => START + at * SPACING

function page(number: number, now: number): string {
  const newest = lastAt(now)
  let pages = ''
  for (let at = newest - number * PER_PAGE; at > newest - Math.min(HELD, (number + 1) * PER_PAGE); at--) {
    const day = new Date(timeOf(at)).toISOString()
    pages += `<url><loc>${SITE}/world/report-${at}</loc><lastmod>${new Date(now).toISOString()}</lastmod><news:news><news:publication><news:name>Kestrel Wire</news:name><news:language>en</news:language></news:publication><news:publication_date>${day}</news:publication_date><news:title><![CDATA[${headline(at)}]]></news:title></news:news></url>`
  }
  return `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">${pages}</urlset>`
}

const index = `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${Array.from(
  { length: PAGES },
  (_, at) => `<sitemap><loc>${MAP}${at === 0 ? '' : `&amp;from=${at * PER_PAGE}`}</loc></sitemap>`,
).join('')}</sitemapindex>`

/** A feed of its own subject: a new report every two hours or so. */
function feed(number: number, now: number): string {
  const newest = Math.floor((now - START) / (2 * HOUR) + number / 50)
  const items = Array.from({ length: 20 }, (_, step) => newest - step).map(at => {
    const id = number * 1_000_000 + at + 1_000
    const title = headline(id * 7 + 1)
    return `<item><guid>f-${id}</guid><link>https://feed${number}.example/${id}</link><title>${title}</title><description>${title}. ${headline(id * 7 + 2)}. ${headline(id * 7 + 3)}.</description><pubDate>${new Date(START + (at - number / 50) * 2 * HOUR).toUTCString()}</pubDate></item>`
  })
  return `<rss version="2.0"><channel><title>Feed ${number}</title><link>https://feed${number}.example/</link>${items.join('')}</channel></rss>`
}

let clock = START
const asked = { index: 0, pages: 0, robots: 0, articles: 0, feeds: 0 }

function answer(url: string): string | null {
  if (url === INDEX) {
    asked.index++
    return index
  }
  if (url.startsWith(MAP)) {
    asked.pages++
    return page(Number(/from=(\d+)/.exec(url)?.[1] ?? 0) / PER_PAGE, clock)
  }
  const number = /^https:\/\/feed(\d+)\.example\/rss$/.exec(url)?.[1]
  if (number !== undefined) {
    asked.feeds++
    return feed(Number(number), clock)
  }
  if (url.endsWith('/robots.txt')) asked.robots++
  else asked.articles++
  return null
}

const network: Fetcher = {
  get: async ({ url }): Promise<FetchResult> => {
    const text = answer(url)
    if (text === null) {
      const failure = { kind: 'http', message: `${url} answers 404`, status: 404, retryAt: null } as const
      return { kind: 'failed', failure, ms: 0 }
    }
    const body = Buffer.from(text)
    return {
      ...{ kind: 'body', status: 200, url, movedTo: null, gap: null, isPrivate: false, body },
      ...{ contentType: 'application/xml', hash: createHash('sha256').update(body).digest('hex') },
      ...{ validators: { etag: null, lastModified: null }, hub: null, self: null, maxAge: null, retryAt: null },
      ...{ wireBytes: body.length, ms: 0 },
    } as const
  },
  post: () => Promise.reject(new Error('nothing is posted')),
  close: async () => {},
}

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'minwal-maps-'))
  const database = path.join(folder, 'maps.db')
  const feeds = Array.from({ length: Number(values.feeds) }, (_, at) => `https://feed${at}.example/rss`)
  const parsed = parseConfig(
    JSON.stringify({
      link: 'https://news.example',
      database,
      // The bench ticks.
      poll: { tick: '0 0 1 1 *', hostDelay: '0s' },
      agencies: [
        { id: 'kestrel', name: 'Kestrel Wire', feeds: [INDEX] },
        ...feeds.map((url, at) => ({ id: `a${at}`, name: `Agency ${at}`, feeds: [url] })),
      ],
    }),
    path.join(folder, 'config.json'),
    {},
  )
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const started = await startDaemon({
    config: parsed.config,
    log: createLog('error', false),
    version: 'bench',
    now: () => clock,
    fetcher: () => network,
    serve: false,
    systemd: false,
  })
  if (!started.ok) throw new Error(started.reason)
  const daemon = started.value
  const hours = Number(values.hours)
  await daemon.tick()
  const first = { ...asked }
  const seen = lastAt(clock)
  while (clock < START + hours * HOUR) {
    clock += Number(values.step) * MINUTE
    await daemon.tick()
  }
  await daemon.stop()
  const db = new Database(database, { readonly: true })
  const rows = db
    .prepare(`select r.url, r.title, r.language, r.headline_only from report r where r.agency = 'kestrel'`)
    .all() as { url: string; title: string; language: string | null; headline_only: number }[]
  const polls = db
    .prepare(`select count(*) from poll p join feed f on f.id = p.feed where f.agency = 'kestrel'`)
    .pluck()
    .get()
  db.close()
  rmSync(folder, { recursive: true, force: true })
  const filed = new Map(rows.map(row => [Number(/report-(-?\d+)$/.exec(row.url)?.[1]), row]))
  // What appeared since the last poll of the index is not late yet: a poll is due within five minutes at the soonest.
  const due = lastAt(clock - 30 * MINUTE)
  let missed = 0
  for (let at = seen + 1; at <= due; at++) if (!filed.has(at)) missed++
  const right = [...filed].filter(([at, { language }]) => language?.split('-', 1)[0] === tongueOf(at)).length
  const figures = {
    hours,
    polls: Number(polls),
    requestsAnHour: rounded((asked.index + asked.pages - first.index - first.pages) / hours, 1),
    firstPoll: first.index + first.pages,
    reports: rows.length,
    appeared: due - seen,
    missed,
    twice: rows.length - filed.size,
    articles: asked.articles,
    robots: asked.robots,
    languageRight: rounded(right / Math.max(1, filed.size), 4),
  }
  printTable(Object.keys(figures), [Object.values(figures)])
  printJson('maps', { ...machine(), feeds: feeds.length, ...figures })
}

await main()
