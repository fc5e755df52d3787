// The commands as a user or a script meets them: what they print, where, and with which exit code.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RssParser from 'rss-parser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completions } from '../../src/cli/completions.ts'
import { EXAMPLES } from '../../src/cli/examples.ts'
import { build, described } from '../../src/cli/main.ts'
import { manual } from '../../src/cli/manual.ts'
import { version } from '../../src/cli/shared.ts'
import { audit } from '../helpers/audit.ts'
import { minwal, root } from '../helpers/cli.ts'
import { configure } from '../helpers/configuration.ts'
import { itOfTheFile } from '../helpers/engine.ts'
import { type Item, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'
import { body, startHostileServer, status } from '../helpers/hostile-server.ts'

const HOUR = 3_600_000
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString()

const QUAKE =
  'A strong earthquake struck the coastal province of Manara before dawn on Monday, killing 12 people and cutting power to four towns, the civil defence authority said in a statement.'
const ENGLISH: Item[] = [
  { guid: 'e1', title: 'Earthquake in Manara province kills 12', text: QUAKE, date: ago(3) },
  {
    guid: 'e2',
    title: 'Manara earthquake: rescuers search the rubble',
    text: 'Rescuers searched the rubble in Manara province after the strong earthquake that struck before dawn, as the civil defence authority said power was still cut to four towns.',
    date: ago(2),
  },
  {
    guid: 'e3',
    title: 'Chess champion keeps the title',
    text: 'The champion drew the last game with the black pieces and keeps the title for two more years.',
    date: ago(90),
  },
]
const ARABIC: Item[] = [
  {
    guid: 'a1',
    title: 'الاحتجاجات تتواصل في العاصمة',
    text: 'تواصلت الاحتجاجات في شوارع العاصمة لليوم الثالث على التوالي للمطالبة بتحسين الأجور، وأغلقت المدارس أبوابها.',
    date: ago(1),
  },
]
/** The same copy, taken over by another agency under a headline of its own. */
const COPIES: Item[] = [
  { guid: 'c1', title: 'Twelve dead as quake hits Manara', text: `${QUAKE} (North Wire)`, date: ago(2.5) },
]

interface Thread {
  id: number
  title: string
  agencies: { id: string }[]
  stories: number
  reports: number
  last: string
  timeline: { id: number; title: string; reports: { agency: string; joinedBy: string }[] }[]
  figures: { kind: string; value: number }[]
}

const where = mkdtempSync(join(tmpdir(), 'minwal-'))
const closers: (() => unknown)[] = [() => rmSync(where, { recursive: true, force: true })]
let config = ''
let database = ''
let origin = ''

/** Run a command on the configuration, expecting it to do its work. */
async function done(...args: string[]): Promise<string> {
  const ended = await minwal([...args, '--config', config])
  expect(ended.code, ended.stderr).toBe(0)
  return ended.stdout
}

async function data<T>(...args: string[]): Promise<T> {
  return JSON.parse(await done(...args, '--json')) as T
}

beforeAll(async () => {
  const web = await startHostileServer()
  closers.push(web.close)
  origin = web.origin
  web.on('/north', body(rss(ENGLISH, 'North Wire')))
  web.on('/coast', body(rss(COPIES, 'Coast Daily')))
  web.on('/manar', body(rss(ARABIC, 'وكالة المنار')))
  web.on('/closed', status(404))
  const made = configure(
    where,
    [
      { id: 'north', name: 'North Wire', language: 'en', feeds: [`${origin}/north`] },
      { id: 'coast', name: 'Coast Daily', language: 'en', feeds: [{ url: `${origin}/coast`, category: 'World' }] },
      { id: 'manar', name: 'وكالة المنار', language: 'ar', feeds: [`${origin}/manar`, `${origin}/closed`] },
    ],
    { title: 'Test Wires', link: 'https://wires.example' },
  )
  config = made.config
  database = made.database
  const polled = await minwal(['poll', '--config', config])
  expect(polled.code, polled.stderr).toBe(0)
  // Counts are data; the feed that failed is told apart from them.
  expect(polled.stdout).toMatch(
    /^4 feeds polled in \d+\.\d s: 0 unchanged, 1 failed; 5 entries: 4 new, 1 copies, 0 revisions, 0 known, 0 rejected\n$/,
  )
  expect(polled.stderr).toBe(`${origin}/closed: ${origin}/closed answered 404 Not Found\n`)
})

afterAll(async () => {
  for (const closer of closers.reverse()) await closer()
})

describe('check', () => {
  it('says that a right configuration is right', async () => {
    expect(await done('check')).toBe(`${config} is right: 3 agencies, 4 feeds\n`)
  })

  it('lists what is wrong with its place, as JSON too', async () => {
    const wrong = join(where, 'wrong.json')
    writeFileSync(
      wrong,
      '{\n  "titel": "x",\n  "poll": { "tick": "often" },\n  "agencies": [{ "id": "a", "name": "A", "feeds": ["nowhere"] }]\n}',
    )
    const told = await minwal(['check', '--config', wrong])
    expect(told.code).toBe(2)
    expect(told.stderr.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^minwal: .*wrong\.json:4:\d+: agencies\[0\]\.feeds\[0\]: "nowhere" must be/),
      expect.stringMatching(/^minwal: .*wrong\.json:2:3: titel: unknown key; .*did you mean "title"\?$/),
    ])
    const listed = await minwal(['check', '--json', '--config', wrong])
    expect(listed).toMatchObject({ code: 2, stderr: '' })
    expect(JSON.parse(listed.stdout)).toMatchObject({
      ok: false,
      faults: [
        { key: 'agencies[0].feeds[0]', line: 4, message: expect.stringMatching(/^"nowhere" must be/) },
        { key: 'titel', line: 2, column: 3 },
      ],
    })
    writeFileSync(
      wrong,
      '{\n  "poll": { "tick": "often" },\n  "agencies": [{ "id": "a", "name": "A", "feeds": ["http://a.example/"] }]\n}',
    )
    expect((await minwal(['check', '--config', wrong])).stderr).toMatch(
      /wrong\.json:2:13: poll\.tick: "often" is not a cron/,
    )
  })

  itOfTheFile('--fetch tries every feed, fails where one fails, and stores nothing', async () => {
    const before = readFileSync(database)
    const ended = await minwal(['check', '--fetch', '--json', '--config', config])
    expect(ended.code).toBe(1)
    const result = JSON.parse(ended.stdout) as {
      ok: boolean
      feeds: { url: string; entries: number; error: string | null }[]
    }
    expect(result.ok).toBe(false)
    expect(
      Object.fromEntries(result.feeds.map(feed => [feed.url.replace(origin, ''), feed.error ?? feed.entries])),
    ).toEqual({
      '/north': 3,
      '/coast': 1,
      '/manar': 1,
      '/closed': `${origin}/closed answered 404 Not Found`,
    })
    expect(readFileSync(database).equals(before)).toBe(true)
  })
})

describe('poll', () => {
  it('of named feeds polls them whether due or not; a name nobody bears is wrong usage', async () => {
    expect(await data('poll', 'coast', `${origin}/manar`)).toMatchObject({
      feeds: 2,
      unchangedFeeds: 2,
      new: 0,
      failures: [],
    })
    const wrong = await minwal(['poll', 'nobody', '--config', config])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toBe(
      'minwal: no feed or agency of the configuration is called nobody: `minwal feeds` lists them\n',
    )
  })
})

describe('feeds', () => {
  it('lists each with its state, its reports, and why it is polled when it is', async () => {
    const lines = (await done('feeds')).trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toMatch(/^id +agency +state +reports +last success +next poll +feed +why$/)
    expect(lines.find(line => line.includes('/north '))).toMatch(/north +ok +3 .* in \d+ min .*first poll, 3 entries$/)
    expect(lines.find(line => line.includes('/closed '))).toMatch(
      /manar +failing +0 +never .*404 Not Found; in .*: the last poll failed$/,
    )
  })
})

describe('threads', () => {
  it('puts reports of one event into one thread, a copy into its story, and lists the last grown first', async () => {
    const all = await data<Thread[]>('threads')
    expect(
      all.map(({ title, stories, reports, agencies }) => ({
        title,
        stories,
        reports,
        agencies: agencies.map(({ id }) => id),
      })),
    ).toEqual([
      { title: ARABIC[0]?.title, stories: 1, reports: 1, agencies: ['manar'] },
      { title: ENGLISH[0]?.title, stories: 2, reports: 3, agencies: ['north', 'coast'] },
      { title: ENGLISH[2]?.title, stories: 1, reports: 1, agencies: ['north'] },
    ])
    const table = (await done('threads')).split('\n')
    expect(table[0]).toMatch(/^id +last \(UTC\) +stories +reports +agencies +lead$/)
    expect(table[2]).toMatch(
      /^\d+ +\d{4}-\d\d-\d\d \d\d:\d\d +2 +3 +north coast +Earthquake in Manara province kills 12$/,
    )
    expect(audit(database)).toEqual([])
  })

  it('are narrowed by time, language, agency and number', async () => {
    const titles = [ARABIC[0]?.title, ENGLISH[0]?.title, ENGLISH[2]?.title]
    const cases: readonly [string[], number[]][] = [
      [
        ['--since', '24h'],
        [1, 2],
      ],
      [
        ['--since', '2000-01-31', '--limit', '2'],
        [1, 2],
      ],
      [['--lang', 'ar'], [1]],
      [['--agency', 'coast'], [2]],
      [['--lang', 'en', '--since', '24h'], [2]],
    ]
    await Promise.all(
      cases.map(async ([options, wanted]) => {
        const found = await data<Thread[]>('threads', ...options)
        expect(
          found.map(({ title }) => titles.indexOf(title) + 1),
          options.join(' '),
        ).toEqual(wanted)
      }),
    )
  })

  it('refuses a time it cannot read, as wrong usage', async () => {
    const ended = await minwal(['threads', '--since', 'lately', '--config', config])
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('It must be a date such as 2022-01-05')
    expect(ended.stderr).toContain('got "lately"')
  })
})

describe('thread', () => {
  it('shows who reported when, the copies and the figures', async () => {
    const id = (await data<Thread[]>('threads', '--agency', 'coast'))[0]?.id
    const found = await data<Thread>('thread', String(id))
    expect(found.timeline.map(story => story.title)).toEqual([ENGLISH[0]?.title, ENGLISH[1]?.title])
    // The older report comes first; which was filed first is the network's doing.
    expect(found.timeline[0]?.reports.map(({ agency }) => agency)).toEqual(['north', 'coast'])
    expect(found.timeline[0]?.reports.map(({ joinedBy }) => joinedBy).sort()).toEqual(['first', 'text'])
    expect(found.figures).toContainEqual(expect.objectContaining({ kind: 'killed', value: 12 }))
    const text = await done('thread', String(id))
    expect(text).toMatch(/^Earthquake in Manara province kills 12\n.* UTC, 2 stories, 3 reports\n/)
    expect(text).toMatch(/ {4}also Coast Daily: Twelve dead as quake hits Manara \((?:same text|filed first)\)/)
  })

  it('of a number nobody has is a sentence', async () => {
    expect(await minwal(['thread', '9999', '--config', config])).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'minwal: there is no thread 9999: `minwal threads` lists them\n',
    })
    expect((await minwal(['thread', 'first', '--config', config])).code).toBe(2)
  })
})

describe('story', () => {
  it('shows the reports that carry a story, why, and its text, by the number that search prints', async () => {
    const listed = await done('search', 'earthquake', 'dawn', 'Monday')
    expect(listed.split('\n')[0]).toMatch(/^time \(UTC\) +story +thread +agency +headline$/)
    const [found] = await data<{ id: number; thread: number }[]>('search', 'earthquake', 'dawn', 'Monday')
    const shown = await done('story', String(found?.id))
    expect(shown).toContain(`story ${found?.id} of thread ${found?.thread}`)
    // Which of the two was polled first is chance.
    expect(shown).toMatch(/(?:North Wire|Coast Daily) +filed first/)
    expect(shown).toMatch(/(?:North Wire|Coast Daily) +same text/)
    expect(shown).toContain('killing 12 people')
    const whole = await data<{ id: number; reports: { agency: string; joinedBy: string }[] }>(
      'story',
      String(found?.id),
    )
    expect(whole.reports.map(({ agency }) => agency).sort()).toEqual(['coast', 'north'])
    expect(whole.reports.map(({ joinedBy }) => joinedBy).sort()).toEqual(['first', 'text'])
    expect(await minwal(['story', '4711', '--config', config])).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('search', () => {
  it('finds a report however its words are written', async () => {
    const cases = [
      ['احتجاج', ARABIC[0]?.title],
      ['اجور العاصمه', ARABIC[0]?.title],
      ['الأُجُور', ARABIC[0]?.title],
      ['rescuer SEARCHING', ENGLISH[1]?.title],
    ] as const
    await Promise.all(
      cases.map(async ([words, title]) => {
        const found = await data<{ title: string }[]>('search', ...words.split(' '))
        expect(
          found.map(story => story.title),
          words,
        ).toEqual([title])
      }),
    )
  })

  it('of what is nowhere, or of operators, is no failure', async () => {
    expect(await data('search', '" OR *')).toEqual([])
    expect(await minwal(['search', 'zeppelin', '--config', config])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'nothing found for zeppelin\n',
    })
  })
})

describe('publish', () => {
  it('writes feeds and pages that lead to one another, from the store alone', async () => {
    const site = join(folder(), 'a', 'site')
    const ended = await minwal(['publish', site, '--config', config])
    expect(ended).toMatchObject({ code: 0, stdout: '' })
    const files = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter(name => /^[^.].*\.\w+$/.test(name))
    expect(ended.stderr).toBe(`${files.length} files in ${site}: ${files.length} written, 0 removed\n`)
    const index = readFileSync(join(site, 'index.html'), 'utf8')
    expect(index).toContain('Earthquake in Manara province kills 12')
    let links = 0
    for (const page of files.filter(name => name.endsWith('.html'))) {
      const html = readFileSync(join(site, page), 'utf8')
      for (const [, href = ''] of html.matchAll(/(?:href|src)="([^"#:?]+)[#?]?[^":]*"/g)) {
        const from = href.startsWith('/') ? site : join(site, page, '..')
        const target = join(from, href.endsWith('/') ? `${href}index.html` : href)
        expect(existsSync(target), `${page} leads to ${href}`).toBe(true)
        links++
      }
    }
    expect(links).toBeGreaterThan(20)
    const atom = await new RssParser().parseString(readFileSync(join(site, 'feed.atom'), 'utf8'))
    expect(atom.items).toHaveLength(4)
    expect(JSON.parse(readFileSync(join(site, 'feed.json'), 'utf8'))).toMatchObject({ title: 'Test Wires' })
    expect(await minwal(['publish', site, '--gzip', '--config', config])).toMatchObject({
      code: 0,
      stderr: `${files.length} files in ${site}: 0 written, 0 removed\n`,
    })
    expect(existsSync(join(site, 'feed.atom.gz'))).toBe(true)
    expect(await minwal(['publish', site, '--since', 'yesterday', '--config', config])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--since must be a span such as 12h, 30d or 8w'),
    })
    const unwritable = await minwal(['publish', join(config, 'site'), '--config', config])
    expect(unwritable).toMatchObject({ code: 1, stdout: '' })
    expect(unwritable.stderr).toMatch(/^minwal: cannot write to .*config\.json\/site \(.*\)\n$/)
  })
})

describe('parse', () => {
  const document = rss(
    [{ guid: 'g1', title: 'Fish & chips', text: '<b>Cod</b><script>x</script>', date: '2026-01-05T10:00:00Z' }],
    'Wire',
  )

  it('prints one JSON object a file, of files and of standard input alike', async () => {
    const files = folder({ 'a.xml': document, 'b.html': '<!doctype html><html></html>' })
    const ended = await minwal(
      ['parse', join(files, 'a.xml'), join(files, 'b.html'), join(files, 'none'), '-', '--json'],
      { input: document },
    )
    expect(ended.code).toBe(1)
    expect(ended.stderr).toBe('')
    const [a, b, none, input] = ended.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(a).toEqual({
      file: join(files, 'a.xml'),
      format: 'rss',
      version: '2.0',
      title: 'Wire',
      link: 'https://agency.example/',
      language: null,
      entries: [
        {
          id: 'g1',
          url: 'https://agency.example/g1',
          title: 'Fish & chips',
          summary: '<b>Cod</b>',
          content: null,
          published: '2026-01-05T10:00:00.000Z',
          updated: null,
          authors: [],
          categories: [],
          enclosures: [],
          language: null,
        },
      ],
      warnings: [],
    })
    expect(b).toEqual({ file: join(files, 'b.html'), error: 'the document is HTML, not a feed' })
    expect(none).toEqual({ file: join(files, 'none'), error: expect.stringMatching(/^cannot read it \(ENOENT/) })
    expect(input).toEqual({ ...a, file: '-' })
  })

  it('resolves links against --url and reads without a configuration', async () => {
    // Relative links of RSS lead to the channel's site; here it names none.
    const relative = document
      .replace('https://agency.example/g1', '/news/1')
      .replace('<link>https://agency.example/</link>', '')
    const ended = await minwal(['parse', '-', '--url', 'https://other.example/feed'], {
      input: relative,
      cwd: folder(),
    })
    expect(ended).toMatchObject({
      code: 0,
      stderr: '',
      stdout: '-: rss 2.0 «Wire», 1 entries\n  2026-01-05 10:00  Fish & chips\n',
    })
    const asData = await minwal(['parse', '-', '--json', '--url', 'https://other.example/feed'], { input: relative })
    expect(asData.stdout).toContain('"url":"https://other.example/news/1"')
  })
})

describe('eval', () => {
  const long = (what: string): string =>
    `${what} as the ministry of works announced on Sunday that the northern bridge over the river will be closed to lorries until the end of the year for urgent repairs.`
  const ITEMS = [
    // Three carry one text; the labels call the third another story, which nobody could find.
    {
      id: 'x1',
      source: 'A',
      title: 'Bridge to close',
      text: long('Drivers were surprised'),
      story: 's1',
      thread: 't1',
    },
    {
      id: 'x2',
      source: 'B',
      title: 'Lorries banned from bridge',
      text: long('Drivers were surprised'),
      story: 's1',
      thread: 't1',
    },
    {
      id: 'x3',
      source: 'C',
      title: 'Works ministry shuts crossing',
      text: long('Drivers were surprised'),
      story: 's2',
      thread: 't1',
    },
    // Alone, though the labels put it with the bridge.
    {
      id: 'x4',
      source: 'A',
      title: 'Olive harvest best in decades',
      text: 'Farmers in the hills bring in more olives than their presses can take, a cooperative says.',
      story: 's2',
      thread: 't1',
    },
    {
      id: 'x5',
      source: 'B',
      title: 'Astronomers weigh a comet',
      text: 'A probe has measured the mass of a passing comet by its pull on the instruments.',
      story: 's3',
      thread: 't2',
    },
    // Without labels, without words: answered for, not counted.
    { id: 'x6', source: null, title: '', text: null },
  ].map((item, at) => ({ lang: 'en', url: null, published: `2026-01-05T0${at}:00:00Z`, ...item }))

  interface Given {
    id: string
    story: string
    thread: string
  }

  /** Bagga and Baldwin's definition, item by item: nothing shared with the program's own sums. */
  function bcubed(
    given: readonly Given[],
    label: 'story' | 'thread',
  ): { precision: number; recall: number; f1: number } {
    const labelled = given.flatMap(line => {
      const gold = ITEMS.find(item => item.id === line.id)?.[label]
      return gold === undefined ? [] : [{ found: line[label], gold }]
    })
    let precision = 0
    let recall = 0
    for (const one of labelled) {
      const together = labelled.filter(other => other.found === one.found)
      const belonging = labelled.filter(other => other.gold === one.gold)
      const right = together.filter(other => other.gold === one.gold).length
      precision += right / together.length / labelled.length
      recall += right / belonging.length / labelled.length
    }
    return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
  }

  it('answers for every item once and scores as counted by hand', async () => {
    const files = folder({ 'items.jsonl': `${ITEMS.map(item => JSON.stringify(item)).join('\n')}\n` })
    const out = join(files, 'out.jsonl')
    const ended = await minwal(['eval', join(files, 'items.jsonl'), '--out', out, '--json'], { cwd: files })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const given = readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Given)
    expect(given.map(line => line.id).sort()).toEqual(ITEMS.map(item => item.id))
    const result = JSON.parse(ended.stdout) as Record<
      'story' | 'thread',
      { labelled: number; groups: number; bcubed: object; pairs: object }
    > & { items: number }
    expect(result).toMatchObject({
      items: 6,
      seconds: expect.any(Number),
      itemsPerSecond: expect.any(Number),
      peakRssMB: expect.any(Number),
    })
    // Found stories {x1 x2 x3} {x4} {x5}; gold {x1 x2} {x3 x4} {x5}: precision (2/3 + 2/3 + 1/3 + 1 + 1) / 5,
    // recall (1 + 1 + 1/2 + 1/2 + 1) / 5; of three pairs found and two wanted one is right.
    expect(result.story).toEqual({
      labelled: 5,
      groups: 3,
      goldGroups: 3,
      bcubed: { precision: 0.7333, recall: 0.8, f1: 0.7652 },
      pairs: { precision: 0.3333, recall: 0.5, f1: 0.4 },
    })
    for (const label of ['story', 'thread'] as const) {
      const own = bcubed(given, label)
      for (const [name, value] of Object.entries(own))
        expect(result[label].bcubed).toHaveProperty(name, expect.closeTo(value, 3))
    }
    // A throwaway store: nothing is left behind.
    expect(readdirSync(files).sort()).toEqual(['items.jsonl', 'out.jsonl'])
  })

  it('names the line of an item it cannot read', async () => {
    const files = folder({
      'items.jsonl': '{"id":"a","title":"A"}\n{"id":"a","title":"B"}\n',
      'broken.jsonl': '{"id":"a","title":"A"}\n{"id"',
    })
    const twice = await minwal(['eval', join(files, 'items.jsonl')])
    expect(twice).toMatchObject({ code: 1, stderr: `minwal: ${join(files, 'items.jsonl')}:2: id "a" stands twice\n` })
    const broken = await minwal(['eval', join(files, 'broken.jsonl')])
    expect(broken).toMatchObject({
      code: 1,
      stderr: `minwal: ${join(files, 'broken.jsonl')}:2: not an object with "id" and "title"\n`,
    })
  })
})

describe('usage', () => {
  it('--help lists the commands and only those that exist', async () => {
    const ended = await minwal(['--help'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const commands = [...ended.stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name)
    expect(commands).toEqual([
      'run',
      'poll',
      'check',
      'feeds',
      'add',
      'import',
      'export',
      'threads',
      'thread',
      'story',
      'search',
      'explain',
      'merge',
      'split',
      'decisions',
      'prune',
      'publish',
      'parse',
      'page',
      'eval',
      'sql',
      'backup',
      'copy',
      'replay',
      'notify',
      'doctor',
      'service',
    ])
    expect(ended.stdout).toMatch(/^ {2}completions <shell>/m)
    const one = await minwal(['threads', '--help'])
    expect(one).toMatchObject({ code: 0, stderr: '' })
    expect(one.stdout).toContain('--since <time>')
  })

  it('of every command is shown with examples that are right', async () => {
    const program = build()
    const names = program.commands.map(command => command.name())
    expect(Object.keys(EXAMPLES).sort()).toEqual([...names].sort())
    for (const command of program.commands) {
      const help: string[] = []
      command.configureOutput({ writeOut: text => help.push(text) })
      command.outputHelp()
      expect(help.join(''), command.name()).toContain('\nExamples:\n  ')
      const known = new Set([...command.options.flatMap(({ short, long }) => [short, long]), '--help'])
      for (const line of EXAMPLES[command.name()] ?? []) {
        const call = line.slice(line.indexOf('minwal '))
        expect(call.split(' ')[1], line).toBe(command.name())
        for (const [option] of call.replace(/ \| jq .*/, '').matchAll(/(?<= )--?[a-z][\w-]*/g)) {
          expect([line, option, known.has(option)]).toEqual([line, option, true])
        }
      }
    }
  })

  it('is the manual page too: if this fails, run `npm run manual`', () => {
    const page = readFileSync(join(root, 'man/minwal.1'), 'utf8')
    expect(page).toBe(manual(described(build()), version))
    const formatted = spawnSync('groff', ['-k', '-man', '-Tutf8', '-ww'], { input: page, encoding: 'utf8' })
    if (formatted.error === undefined) expect(formatted).toMatchObject({ status: 0, stderr: '' })
  })

  it('is completed by bash: commands, options, files', () => {
    const script = completions('bash', described(build()))
    const ask = (...words: string[]): string[] => {
      const line = `COMP_WORDS=(minwal ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _minwal; printf '%s\\n' "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['-c', `${script}\n${line}`], { encoding: 'utf8', cwd: root })
        .split('\n')
        .filter(Boolean)
    }
    expect(ask('thre')).toEqual(['threads', 'thread'])
    expect(ask('threads', '--')).toEqual([
      '--config',
      '--demo',
      '--since',
      '--lang',
      '--agency',
      '--limit',
      '--json',
      '--help',
    ])
    expect(ask('completions', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(ask('threads', '--config', 'config.j')).toEqual(['config.json'])
    expect(ask('parse', 'READ')).toContain('README.md')
  })

  it.for(['zsh', 'fish'] as const)('is completed by %s', (shell, { skip }) => {
    const script = completions(shell, described(build()))
    for (const command of build().commands) expect(script).toContain(command.name())
    const file = join(where, `completions.${shell}`)
    writeFileSync(file, script)
    const tried = spawnSync(shell, ['-n', file], { encoding: 'utf8' })
    skip(tried.error !== undefined, `${shell} is not installed`)
    expect(tried).toMatchObject({ status: 0, stderr: '' })
    if (shell !== 'fish') return
    const asked = spawnSync(shell, ['-c', `source ${file}; complete -C 'minwal pru'; complete -C 'minwal prune --dr'`])
    expect(String(asked.stdout)).toMatch(/^prune\t.+\n--dry-run\t.+\n$/)
  })

  it('that names what is not there says what there is', async () => {
    const cases: readonly [string[], string][] = [
      [['serach', 'x'], 'Did you mean search?'],
      [['threads', '--agncy', 'x'], 'Did you mean --agency?'],
      [['threads', '--agency', 'nroth', '--config', config], 'there is no such agency; did you mean north?'],
      [['threads', '--agency', 'qqqqqqq', '--config', config], '`minwal feeds` lists the agencies'],
      [['threads', '--lang', 'arabic', '--config', config], 'It must be the tag of a language, like ar or en-GB.'],
    ]
    for (const [args, told] of cases) {
      const ended = await minwal(args)
      expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain(told)
    }
    expect((await minwal(['threads', '--lang', 'fr', '--config', config])).code).toBe(0)
  })

  it('of what was cut off, or could not be polled at all, ends with 1', async () => {
    const list = join(where, 'cut.opml')
    writeFileSync(list, '<opml version="2.0"><body><outline text="x" xmlUrl="https://cut.example/rss"/>')
    const copy = join(where, 'cut.json')
    writeFileSync(
      copy,
      '{"agencies":[{"id":"a","name":"A","feeds":["http://127.0.0.1:9/rss"]}],"poll":{"allowPrivate":true}}',
    )
    expect(await minwal(['poll', '--config', copy])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/1 failed/),
    })
    const imported = await minwal(['import', list, '--config', copy])
    expect(imported).toMatchObject({ code: 1, stdout: expect.stringContaining('1 added') })
    const feed = join(where, 'cut.xml')
    writeFileSync(
      feed,
      '<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>One</title></item><item><guid>2',
    )
    expect(await minwal(['parse', feed])).toMatchObject({ code: 1, stderr: expect.stringContaining('cut off') })
  })

  it('that is wrong is told, with exit code 2', async () => {
    const cases: readonly [string[], string][] = [
      [['frobnicate'], "unknown command 'frobnicate'"],
      [['threads', '--colour'], "unknown option '--colour'"],
      [['thread'], "missing required argument 'id'"],
    ]
    await Promise.all(
      cases.map(async ([args, told]) => {
        const ended = await minwal(args)
        expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
        expect(ended.stderr).toContain(told)
        expect(ended.stderr).toContain('minwal --help lists the commands')
      }),
    )
  })

  const systemNode = '/usr/bin/node'
  const major = existsSync(systemNode)
    ? Number(/^v(\d+)/.exec(execFileSync(systemNode, ['--version'], { encoding: 'utf8' }))?.[1])
    : Number.NaN
  it.skipIf(!(major < 22))('an old Node is refused in one line', () => {
    for (const args of [['run'], ['--help'], ['frobnicate']]) {
      let told = { status: 0, stdout: '', stderr: '' }
      try {
        execFileSync(systemNode, [join(root, 'bin/minwal.js'), ...args], { encoding: 'utf8', stdio: 'pipe' })
      } catch (error) {
        told = error as typeof told
      }
      expect({ status: told.status, stdout: told.stdout }).toEqual({ status: 1, stdout: '' })
      expect(told.stderr).toMatch(/^minwal needs Node 22\.19 or newer; this is \d+\.\d+\.\d+\..*\n$/)
    }
  })
})

it.skipIf(!existsSync('/bin/bash'))('a reader that has seen enough is no failure', () => {
  const script = 'set -o pipefail; "$0" "$1" threads --config "$2" | head -1'
  const said = execFileSync('/bin/bash', ['-c', script, process.execPath, join(root, 'bin/minwal.js'), config], {
    encoding: 'utf8',
  })
  expect(said).toMatch(/^id +last \(UTC\) /)
})
