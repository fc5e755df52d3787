// A Reader in memory for the publish room: invented news of an invented flood, by invented agencies.

import type { Config } from '../../src/model/config.ts'
import type {
  AgencyPart,
  AgencySummary,
  AgencyWork,
  FigureView,
  Health,
  Reader,
  ReportView,
  Selection,
  StoryDetail,
  StorySummary,
  ThreadDetail,
  ThreadLink,
} from '../../src/model/shown.ts'
import type { FeedState } from '../../src/model/stored.ts'
import type { Millis } from '../../src/model/units.ts'
import { CONTENT_STYLE, SCRIPT, STYLE } from '../../src/publish/pages/assets.ts'
import { createSite, type Site, type SiteDependencies } from '../../src/publish/site.ts'

/** A page without the script that every page has, and without the style sheet. */
export function unscripted(body: string): string {
  return body
    .replace(`<script>${SCRIPT}</script>`, '')
    .replace(`<style>${STYLE}</style>`, '')
    .replace(`<style>${CONTENT_STYLE}</style>`, '')
}

export const NOW: Millis = Date.UTC(2022, 0, 5, 18, 0)
export const HOUR = 3_600_000

const NAMES: Record<string, string> = {
  nile: 'Nile News',
  manar: 'وكالة المنار',
  north: 'North Wire',
  est: 'Agence de l’Est',
}

export function config(changes: Partial<Config> = {}): Config {
  return {
    title: 'Minwal',
    link: 'https://news.example/wires',
    linkIsDefault: false,
    language: 'en',
    database: '/nowhere/minwal.db',
    files: '/nowhere/minwal.db',
    listen: { host: '127.0.0.1', port: 0 },
    poll: {
      tick: '* * * * *',
      concurrency: 1,
      perHost: 1,
      pagesPerHost: 60,
      hostDelay: 0,
      minInterval: 1,
      maxInterval: 1,
      connectTimeout: 1,
      responseTimeout: 1,
      totalTimeout: 1,
      maxWireBytes: 1,
      maxBodyBytes: 1,
      maxRedirects: 1,
      maxEntries: 1,
      userAgent: 'test',
      exclude: [],
      websub: true,
      allowPrivate: false,
    },
    threads: { threshold: 0.2, window: 1 },
    publish: { limit: 50, frontPage: 24 * HOUR },
    log: { level: 'silent' },
    agencies: [],
    ...changes,
  }
}

export interface Draft extends Partial<StorySummary> {
  id: number
  title: string
  /** Agencies that carried the same text later. */
  also?: string[]
  members?: ReportView[]
}

export function story(draft: Draft): StorySummary {
  const agency = draft.agency ?? 'nile'
  const time = draft.time ?? NOW - HOUR
  const thread = draft.thread ?? draft.id
  const part = (id: string, at: Millis): AgencyPart => ({
    id,
    name: NAMES[id] ?? id,
    first: at,
    reports: 1,
    url: `https://${id}.example/news/${draft.id}`,
  })
  const { also = [], members: _members, ...given } = draft
  return {
    key: `k${draft.id}`,
    thread,
    threadKey: `t${thread}`,
    threadTitle: draft.title,
    headline: draft.title,
    url: `https://${agency}.example/news/${draft.id}?a=1&b=2`,
    language: 'en',
    agency,
    agencyName: NAMES[agency] ?? agency,
    credits: [],
    signal: null,
    summary: null,
    content: null,
    text: `${draft.title}.`,
    time,
    published: time,
    firstSeen: time,
    updated: time,
    authors: [],
    categories: [],
    enclosures: [],
    agencies: [part(agency, time), ...also.map((id, index) => part(id, time + (index + 1) * 7 * 60_000))],
    reports: 1 + also.length,
    revisions: 1,
    origin: null,
    sources: 1,
    withdrawn: draft.signal === 'kill' || (draft.members ?? []).some(one => one.signal === 'kill'),
    ...given,
  }
}

export interface FakeStore {
  reader: Reader
  /** Change what is stored: the version grows, as it does on a filing. */
  put(...drafts: Draft[]): void
  feeds: FeedState[]
  figures: Map<number, FigureView[]>
  links: Map<number, ThreadLink[]>
  /** What was merged: `thread 7` leads to 1. */
  merged: Map<string, number>
  /** What was merged of late, as the log has it. */
  late: { what: 'story' | 'thread'; key: string; target: number; at: Millis }[]
}

export function fakeStore(...drafts: Draft[]): FakeStore {
  let version = 1
  const stories = new Map<number, StorySummary>()
  const members = new Map<number, ReportView[]>()
  const put = (...more: Draft[]) => {
    version++
    for (const draft of more) {
      stories.set(draft.id, story(draft))
      members.set(draft.id, draft.members ?? [])
    }
  }
  put(...drafts)
  const feeds: FeedState[] = []
  const figures = new Map<number, FigureView[]>()
  const links = new Map<number, ThreadLink[]>()
  const merged = new Map<string, number>()
  const gone = new Set(['thread 4000', 'story 4000'])
  const late: FakeStore['late'] = []

  const matching = (selection: Partial<Selection>): StorySummary[] =>
    [...stories.values()]
      .filter(one => selection.lang === undefined || one.language === selection.lang)
      .filter(one => selection.agency === undefined || one.agencies.some(part => part.id === selection.agency))
      .filter(one => selection.category === undefined || one.categories.includes(selection.category))
      .filter(one => selection.credit === undefined || one.credits.includes(selection.credit))
      .filter(
        one =>
          selection.q === undefined ||
          (selection.q ?? '').split(' ').every(word => `${one.title} ${one.text}`.includes(word)),
      )
      .filter(
        one =>
          selection.signals === undefined ||
          (one.signal !== null && selection.signals.includes(one.signal)) ||
          (one.withdrawn && selection.signals.includes('kill')),
      )
      .filter(one => selection.thread === undefined || one.thread === selection.thread)
      .sort((a, b) => b.time - a.time || b.id - a.id)
  const thread = (id: number): ThreadDetail | null => {
    const timeline = [...stories.values()].filter(one => one.thread === id).sort((a, b) => a.time - b.time)
    const lead = timeline[0]
    if (lead === undefined) return null
    const parts = new Map<string, AgencyPart>()
    for (const part of timeline.flatMap(one => one.agencies)) {
      const known = parts.get(part.id)
      parts.set(
        part.id,
        known ? { ...known, reports: known.reports + 1, first: Math.min(known.first, part.first) } : part,
      )
    }
    return {
      id,
      key: lead.threadKey,
      title: lead.threadTitle,
      language: lead.language,
      first: lead.time,
      last: Math.max(...timeline.map(one => one.time)),
      updated: Math.max(...timeline.map(one => one.updated)),
      stories: timeline.length,
      reports: timeline.reduce((sum, one) => sum + one.reports, 0),
      agencies: [...parts.values()].sort((a, b) => a.first - b.first),
      lead,
      timeline,
      figures: figures.get(id) ?? [],
      sources: new Set(timeline.map(one => one.origin?.name ?? one.agency)).size,
      links: links.get(id) ?? [],
    }
  }

  const reader: Reader = {
    version: () => version,
    figures: id => figures.get(id) ?? [],
    figuresOf: ids => new Map(ids.flatMap(id => (figures.has(id) ? [[id, figures.get(id) ?? []]] : []))),
    timelines: (ids, most) => new Map(ids.map(id => [id, matching({ thread: id }).slice(0, most).reverse()])),
    pageTexts: () => new Map(),
    beginnings: ids => new Map(ids.map(id => [id, stories.get(id)?.text.slice(0, 2_000) ?? ''])),
    outlines: (ids, since, until, parts) =>
      new Map(
        ids.map(id => {
          const told = matching({ thread: id })
          const pulse = Array.from({ length: parts }, () => 0)
          for (const { time } of told) {
            const part = Math.floor(((time - since) * parts) / (until - since))
            if (part >= 0 && part < parts) pulse[part] = (pulse[part] ?? 0) + 1
          }
          return [
            id,
            {
              headlines: told.map(one => ({ ...one, title: one.headline, agencies: one.agencies.length })),
              figures: figures.get(id) ?? [],
              pulse,
              own: [...new Set(told.map(one => one.origin?.agency ?? one.agency))],
            },
          ]
        }),
      ),
    languages: since => {
      const threads = Map.groupBy(
        [...stories.values()].filter(one => one.time >= since && one.language !== null),
        one => one.language ?? '',
      )
      return [...threads].map(([language, told]) => ({
        language,
        threads: new Set(told.map(one => one.thread)).size,
      }))
    },
    work: (until, days) => {
      const found = new Map<string, AgencyWork>()
      for (const { id } of reader.agencies()) {
        const own = [...stories.values()].filter(one => one.agency === id && one.time < until)
        if (own.length === 0) continue
        const list = Array.from({ length: days }, () => 0)
        list[days - 1] = own.length
        const shared = new Set(own.map(one => one.thread))
        found.set(id, {
          days: list,
          reports: own.length,
          told: own.length,
          own: own.length,
          events: shared.size,
          led: 1,
          lag: 25 * 60_000,
        })
      }
      return found
    },
    lacked: (agency, _language, since, limit) =>
      [...new Set([...stories.values()].map(one => one.thread))]
        .flatMap(id => thread(id) ?? [])
        .filter(one => one.last >= since && one.agencies.length >= 3 && one.agencies.every(part => part.id !== agency))
        .slice(0, limit),
    pollsOf: (id, limit) =>
      feeds
        .filter(feed => feed.id === id && feed.lastPoll !== null)
        .flatMap(feed =>
          Array.from({ length: Math.min(3, limit) }, (_, at) => ({
            ...{ at: (feed.lastPoll ?? 0) - at * HOUR, ms: 420, entries: 20, copies: 0, revisions: 1 },
            outcome: feed.state === 'failing' ? ('failed' as const) : ('filed' as const),
            fresh: at,
            error: feed.error,
          })),
        ),
    polls: (_since, _until, parts) =>
      new Map(
        feeds.map(feed => [
          feed.id,
          Array.from({ length: parts }, (_, at) => (feed.state === 'failing' && at > parts / 2 ? 'failed' : 'filed')),
        ]),
      ),
    grown: since =>
      [...new Set([...stories.values()].map(one => one.thread))]
        .flatMap(id => thread(id) ?? [])
        .filter(one => one.updated >= since)
        .map(one => ({
          id: one.id,
          updated: one.updated,
          languages: [...new Set(one.timeline.flatMap(story => story.language ?? []))],
        })),
    feedTotals: () => {
      const count = (state: FeedState['state']): number => feeds.filter(feed => feed.state === state).length
      return {
        feeds: feeds.length,
        failing: count('failing'),
        fresh: count('new'),
        retired: count('retired'),
        paused: count('paused'),
        lastSuccess: feeds.reduce<Millis | null>(
          (most, one) => Math.max(most ?? 0, one.lastSuccess ?? 0) || null,
          null,
        ),
      }
    },
    redirect: (what, id) => merged.get(`${what} ${id}`) ?? null,
    isPruned: (what, id) => gone.has(`${what} ${id}`),
    mergedInto: (what, id) =>
      [...merged].flatMap(([old, target]) =>
        target === id && old.startsWith(what) ? [Number(old.slice(what.length + 1))] : [],
      ),
    mergedOfLate: (what, into) =>
      late.filter(one => one.what === what && into.includes(one.target)).map(({ what: _what, ...rest }) => rest),
    tagAuthority: () => 'minwal.example,2026',
    agencies: () =>
      Object.entries(NAMES).map(([id, name]): AgencySummary => {
        const own = [...stories.values()].filter(one => one.agency === id)
        return {
          id,
          name,
          language: id === 'manar' ? 'ar' : id === 'est' ? 'fr' : 'en',
          homepage: `https://${id}.example/`,
          feeds: 1,
          reports: own.length,
          last: own.length === 0 ? null : Math.max(...own.map(one => one.time)),
        }
      }),
    feeds: () => feeds,
    recentStories: selection =>
      matching(selection)
        .filter(
          one =>
            (selection.since === undefined || one.time >= selection.since) &&
            one.agencies.length >= (selection.minAgencies ?? 0),
        )
        .slice(selection.offset ?? 0, (selection.offset ?? 0) + selection.limit),
    recentThreads: selection =>
      [...new Set(matching(selection).map(one => one.thread))]
        .flatMap(id => thread(id) ?? [])
        .filter(
          one =>
            (selection.since === undefined || one.last >= selection.since) &&
            one.agencies.length >= (selection.minAgencies ?? 0),
        )
        .sort((a, b) => b.last - a.last || b.id - a.id)
        .slice(selection.offset ?? 0, (selection.offset ?? 0) + selection.limit),
    story: id => {
      const found = stories.get(id)
      return found === undefined
        ? null
        : ({
            ...found,
            members: members.get(id) ?? [],
            pageText: null,
            placement: { kind: 'opened', thread: null, score: 0, reasons: [] },
          } satisfies StoryDetail)
    },
    thread,
    threadMarks: (since, also) => {
      const ids = [...new Set([...stories.values()].map(one => one.thread))].sort((a, b) => a - b)
      const chosen = ids.filter(id => (thread(id)?.last ?? 0) >= since || also.includes(id))
      const leading = (id: number) => [...merged].filter(([, target]) => target === id)
      return new Map(
        chosen.map(id => {
          const shown = thread(id)
          const told = shown?.timeline.map(one => [members.get(one.id), leading(one.id)])
          return [id, JSON.stringify([shown, told, leading(id)])]
        }),
      )
    },
    together: work => work(),
    threads: ids => ids.flatMap(id => thread(id) ?? []),
    search: (words, limit) => matching({ q: words }).slice(0, limit),
    totals: () => ({
      feeds: feeds.length,
      reports: stories.size,
      stories: stories.size,
      threads: new Set([...stories.values()].map(one => one.thread)).size,
      pruned: 0,
      lastPoll: stories.size === 0 ? null : NOW - 30_000,
    }),
  }
  return { reader, put, feeds, figures, links, merged, late }
}

export function member(id: number, changes: Partial<ReportView> = {}): ReportView {
  return {
    id,
    similarity: 1,
    coverage: 1,
    stale: false,
    evidence: null,
    furniture: [],
    feed: 1,
    agency: 'nile',
    agencyName: 'Nile News',
    guid: `g${id}`,
    url: `https://nile.example/news/${id}`,
    title: 'River rises',
    headline: changes.title ?? 'River rises',
    text: 'The river rose by two metres.',
    language: 'en',
    time: NOW - 2 * HOUR,
    published: NOW - 2 * HOUR,
    firstSeen: NOW - 2 * HOUR,
    signal: null,
    dateline: null,
    credits: [],
    joinedBy: 'first',
    revisions: [],
    ...changes,
  }
}

export function feedState(id: number, changes: Partial<FeedState> = {}): FeedState {
  return {
    id,
    agency: 'nile',
    agencyName: 'Nile News',
    url: `https://nile.example/${id}.xml`,
    title: 'Nile News',
    category: null,
    language: 'en',
    state: 'ok',
    lastPoll: NOW - 60_000,
    lastSuccess: NOW - 60_000,
    nextPoll: NOW + 240_000,
    reason: 'every 5 min: 2 of 20 entries were new; it writes about 4 an hour',
    interval: 300_000,
    failures: 0,
    error: null,
    warnings: [],
    reports: 12,
    validators: { etag: null, lastModified: null },
    bodyHash: null,
    ofMap: false,
    address: null,
    move: null,
    habit: null,
    gaps: 0,
    ...changes,
  }
}

export interface Clock {
  now: Millis
}

export interface Served {
  site: Site
  clock: Clock
  errors: unknown[]
  get(path: string, init?: RequestInit): Promise<Response>
  text(path: string, init?: RequestInit): Promise<string>
}

export const HEALTHY: Health = { live: true, ready: true, detail: 'polling: 2 feeds good, 0 failing' }

export function serve(
  reader: Reader,
  changes: Partial<Config> = {},
  health: () => Health = () => HEALTHY,
  bounds: Pick<SiteDependencies, 'turn' | 'isFull' | 'pace' | 'elsewhere'> = {},
): Served {
  const clock = { now: NOW }
  const errors: unknown[] = []
  const settings = config(changes)
  const site = createSite({
    reader,
    config: () => settings,
    now: () => clock.now,
    health,
    version: '0.1.0',
    onError: error => errors.push(error),
    ...bounds,
  })
  const get = async (path: string, init?: RequestInit) =>
    await site.fetch(new Request(`http://127.0.0.1:8080${path}`, init))
  return { site, clock, errors, get, text: async (path, init) => await (await get(path, init)).text() }
}

/** A day of news in three languages: one large thread, some smaller, some that one agency has alone. */
export function aDay(): FakeStore {
  const flood = {
    thread: 1,
    threadKey: 't1',
    threadTitle: 'Flood cuts off Port Salam as the river Wadi breaks its banks',
  }
  const strike = { thread: 10, threadKey: 't10', threadTitle: 'إضراب عمال السكك الحديدية يدخل يومه الثالث' }
  const vote = {
    thread: 20,
    threadKey: 't20',
    threadTitle: 'Parliament passes the harbour law after a night of debate',
  }
  const drafts: Draft[] = [
    {
      ...flood,
      id: 1,
      title: 'Flood cuts off Port Salam as the river Wadi breaks its banks',
      text: 'PORT SALAM (Nile News) - The river Wadi broke its banks early on Wednesday and cut the only road to Port Salam, a town of forty thousand. At least three people died and eleven are missing, the district council said. Boats brought families from the lower quarters to the school on the hill, where teachers made room for six hundred. The water is expected to peak at midnight.',
      content:
        '<p>The river Wadi broke its banks early on Wednesday and cut the only road to Port Salam, a town of forty thousand.</p><p>At least three people died and eleven are missing, the district council said.</p><p>Boats brought families from the lower quarters to the school on the hill, where teachers made room for six hundred. <a href="https://nile.example/map">A map</a> shows the roads that are closed.</p>',
      summary: '<p>The river Wadi broke its banks and cut the only road to Port Salam.</p>',
      time: NOW - 9 * HOUR,
      also: ['north', 'est'],
      categories: ['Weather', 'Disaster'],
      revisions: 2,
    },
    {
      ...flood,
      id: 2,
      title: 'عاجل: ثلاثة قتلى و11 مفقودًا في فيضان بورت سلام',
      text: 'بورت سلام (وكالة المنار) - أعلن مجلس المنطقة مقتل ثلاثة أشخاص وفقدان أحد عشر آخرين بعدما فاض نهر الوادي فجر الأربعاء وقطع الطريق الوحيد إلى المدينة. ونقلت القوارب عائلات الأحياء المنخفضة إلى مدرسة على التلة.',
      language: 'ar',
      agency: 'manar',
      signal: 'flash',
      time: NOW - 8.5 * HOUR,
    },
    {
      ...flood,
      id: 3,
      title: 'Crue à Port Salam : la route coupée, onze disparus',
      text: 'La crue du Wadi a coupé mercredi la seule route de Port Salam. Onze personnes sont portées disparues.',
      language: 'fr',
      agency: 'est',
      time: NOW - 6 * HOUR,
      credits: ['Nile News'],
    },
    {
      ...flood,
      id: 4,
      title: 'Port Salam flood: toll rises to five, water to peak at midnight',
      text: 'Five people are now known to have died in Port Salam. The water will peak at midnight, the weather office said, and fall by Friday.',
      agency: 'north',
      time: NOW - 2 * HOUR,
      signal: 'update',
    },
    {
      ...flood,
      id: 5,
      title: 'وكالة المنار تصحح: القتلى خمسة لا خمسة عشر في بورت سلام',
      text: 'تصحح وكالة المنار ما ورد في خبر سابق: عدد القتلى في فيضان بورت سلام خمسة وليس خمسة عشر.',
      language: 'ar',
      agency: 'manar',
      signal: 'correction',
      time: NOW - 1 * HOUR,
    },
    {
      ...flood,
      id: 6,
      title: 'Dam above Port Salam has burst',
      text: 'A dam above Port Salam has burst.',
      agency: 'north',
      signal: 'kill',
      time: NOW - 5 * HOUR,
    },
    {
      ...strike,
      id: 10,
      title: 'إضراب عمال السكك الحديدية يدخل يومه الثالث والمفاوضات تستأنف مساءً',
      text: 'المدينة الجديدة (وكالة المنار) - دخل إضراب عمال السكك الحديدية يومه الثالث الأربعاء، فيما قال وزير النقل إن المفاوضات مع النقابات ستُستأنف مساءً. وتوقفت القطارات بين العاصمة والساحل، وامتلأت محطات الحافلات بالمسافرين منذ الصباح.',
      language: 'ar',
      agency: 'manar',
      time: NOW - 7 * HOUR,
      also: ['nile'],
    },
    {
      ...strike,
      id: 11,
      title: 'Rail strike enters third day, talks to resume tonight',
      text: 'No trains ran between the capital and the coast for a third day.',
      agency: 'north',
      time: NOW - 3 * HOUR,
    },
    {
      ...vote,
      id: 20,
      title: 'Parliament passes the harbour law after a night of debate',
      text: 'Parliament passed the harbour law at dawn by 61 votes to 58 after fourteen hours of debate. The law opens the three eastern harbours to foreign operators for thirty years.',
      time: NOW - 12 * HOUR,
    },
    {
      ...vote,
      id: 21,
      title: 'Le Parlement adopte la loi sur les ports',
      text: 'La loi ouvre trois ports à des exploitants étrangers.',
      language: 'fr',
      agency: 'est',
      time: NOW - 11 * HOUR,
    },
  ]
  const more: [number, string, string, string, string][] = [
    [
      30,
      'ar',
      'manar',
      'البنك المركزي يبقي سعر الفائدة عند أربعة ونصف في المئة',
      'أبقى البنك المركزي سعر الفائدة دون تغيير للمرة الخامسة.',
    ],
    [
      32,
      'en',
      'nile',
      'Museum finds lost map of the old canal in its own cellar',
      'The map had been filed under the wrong century for ninety years.',
    ],
    [
      34,
      'fr',
      'est',
      'Le blé recule pour la troisième séance',
      'Les cours du blé ont reculé mercredi pour la troisième séance de suite.',
    ],
    [
      36,
      'en',
      'north',
      'Ferry line to the islands returns after two winters',
      'The first boat left at six with forty passengers and a great deal of bread.',
    ],
  ]
  for (const [id, language, agency, title, text] of more) {
    drafts.push({ id, language, agency, title, text, time: NOW - (id - 25) * HOUR })
    drafts.push({
      id: id + 100,
      thread: id,
      threadKey: `t${id}`,
      threadTitle: title,
      title: `${title} (2)`,
      text,
      agency: agency === 'nile' ? 'north' : 'nile',
      language,
      time: NOW - (id - 26) * HOUR,
    })
  }
  const alone: [number, string, string, string][] = [
    [50, 'en', 'nile', 'Two schools in the capital close for repairs'],
    [51, 'ar', 'manar', 'افتتاح معرض الكتاب في المدينة الجديدة بمشاركة مئتي ناشر'],
    [52, 'fr', 'est', 'Une exposition sur les métiers à tisser'],
    [53, 'en', 'north', 'Fog closes the northern airport for three hours'],
    [54, 'ar', 'manar', 'منتخب الناشئين يتأهل إلى الدور الثاني'],
  ]
  for (const [id, language, agency, title] of alone)
    drafts.push({ id, language, agency, title, time: NOW - (id - 45) * HOUR })
  const store = fakeStore(...drafts)
  store.put({
    ...(drafts[0] as Draft),
    members: [
      member(1, {
        title: 'Flood cuts off Port Salam as the river Wadi breaks its banks',
        text: 'The river Wadi broke its banks early on Wednesday. At least three people died and eleven are missing.',
        revisions: [
          {
            number: 1,
            change: null,
            seen: NOW - 9 * HOUR,
            title: 'Flood cuts off Port Salam',
            text: 'The river Wadi broke its banks early on Wednesday. At least two people died and nine are missing.',
          },
          {
            number: 2,
            change: 'update',
            seen: NOW - 8 * HOUR,
            title: 'Flood cuts off Port Salam as the river Wadi breaks its banks',
            text: 'The river Wadi broke its banks early on Wednesday. At least three people died and eleven are missing.',
          },
        ],
      }),
      member(2, {
        agency: 'north',
        agencyName: 'North Wire',
        joinedBy: 'text',
        title: 'River cuts road to Port Salam',
        time: NOW - 8.8 * HOUR,
      }),
      member(3, { agency: 'est', agencyName: 'Agence de l’Est', joinedBy: 'url', time: NOW - 8.7 * HOUR }),
    ],
  })
  store.figures.set(1, [
    {
      kind: 'killed',
      value: 3,
      bound: null,
      said: null,
      matched: 'At least three people died',
      words: null,
      whom: null,
      agency: 'nile',
      agencyName: 'Nile News',
      time: NOW - 9 * HOUR,
      story: 1,
    },
    {
      kind: 'missing',
      value: 11,
      bound: null,
      said: null,
      matched: '11 مفقودًا',
      words: null,
      whom: null,
      agency: 'manar',
      agencyName: 'وكالة المنار',
      time: NOW - 8.5 * HOUR,
      story: 2,
    },
    {
      kind: 'killed',
      value: 5,
      bound: null,
      said: null,
      matched: 'Five people',
      words: null,
      whom: null,
      agency: 'north',
      agencyName: 'North Wire',
      time: NOW - 2 * HOUR,
      story: 4,
    },
  ])
  store.feeds.push(
    feedState(1),
    feedState(2, {
      agency: 'manar',
      agencyName: 'وكالة المنار',
      url: 'https://user:secret@manar.example/rss',
      language: 'ar',
      category: 'سياسة',
      warnings: ['quiet for 9 h: at this time it is seldom silent for longer than 2 h', 'two entries without a date'],
    }),
    feedState(3, {
      agency: 'north',
      agencyName: 'North Wire',
      state: 'failing',
      failures: 3,
      error: 'https://north.example/feed: answered 503 Service Unavailable',
      lastSuccess: null,
      reason: 'in 20 min: 3 polls in a row failed',
    }),
  )
  return store
}
