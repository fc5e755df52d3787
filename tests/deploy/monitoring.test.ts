// What is shipped for Prometheus and Grafana, held to what a running daemon exports, and tried by Prometheus' own tool.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agenciesOf, configure } from '../helpers/configuration.ts'
import { daemon } from '../helpers/daemon.ts'
import { eventually } from '../helpers/eventually.ts'
import { feedServer, rss } from '../helpers/feed-server.ts'
import { folder } from '../helpers/folder.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ALERTS = join(ROOT, 'deploy/alerts.yml')
const hasPromtool = spawnSync('promtool', ['--version']).status === 0

/** Metrics that a text names, without what Prometheus adds to those of a histogram. */
const namedIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b(?:minwal|process)_[a-z_]+/g)].map(([name]) => name.replace(/_(?:bucket|count|sum)$/, '')),
  ),
]

let exported = ''
/** Type by name. */
let types = new Map<string, string>()

/** Once, in the first test that asks. */
async function scrape(): Promise<void> {
  if (exported !== '') return
  const where = folder()
  const server = await feedServer({
    '/feed': rss([
      { guid: '1', title: 'The ferry is late', text: 'It came at five.' },
      { guid: '2', title: 'The bridge is shut', text: 'For a week, the town says.' },
    ]),
    '/gone': (_, response) => void response.writeHead(404).end(),
  })
  const { config } = configure(where, agenciesOf(['/feed', '/gone'].map(path => server.origin + path)), {
    link: 'https://wires.example',
    backup: { to: 'backups' },
    publish: { hub: true },
    poll: { tick: '* * * * * *', minInterval: '1s', maxInterval: '1s' },
  })
  const running = await daemon(config)
  const text = async (): Promise<string> => (await fetch(`${running.address}/metrics`)).text()
  await fetch(`${running.address}/`)
  await eventually(
    'it has polled, filed and made a backup',
    async () =>
      /^minwal_polls_total\{outcome="(?:filed|unchanged)"\} [2-9]/m.test(await text()) &&
      (await text()).includes('minwal_backup_timestamp_seconds 1'),
    60_000,
  )
  exported = await text()
  types = new Map([...exported.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
  expect((await running.stop()).code).toBe(0)
}

const value = (sample: string): number =>
  Number(
    exported
      .split('\n')
      .find(line => line.startsWith(`${sample} `))
      ?.slice(sample.length + 1),
  )

describe('the metrics of a running daemon', () => {
  it('count polls by outcome, entries by filing, failures, bytes and requests', async () => {
    await scrape()
    expect(value('minwal_polls_total{outcome="filed"}')).toBe(1)
    expect(value('minwal_polls_total{outcome="unchanged"}')).toBeGreaterThan(0)
    expect(value('minwal_polls_total{outcome="failed"}')).toBeGreaterThan(0)
    expect(value('minwal_poll_failures_total{kind="http"}')).toBe(value('minwal_polls_total{outcome="failed"}'))
    expect(value('minwal_poll_failures_total{kind="dns"}')).toBe(0)
    expect(value('minwal_entries_total{filing="new"}')).toBe(2)
    expect(value('minwal_received_bytes_total')).toBeGreaterThan(300)
    expect(value('minwal_requests_total{code="2xx"}')).toBeGreaterThan(1)
    expect(value('minwal_write_errors_total{kind="failing"}')).toBe(0)
  })

  it('have the durations of fetching, parsing, filing and answering, and the lateness of polls', async () => {
    await scrape()
    for (const name of ['fetch', 'parse', 'filing', 'request', 'poll_lateness']) {
      expect(types.get(`minwal_${name}_seconds`)).toBe('histogram')
      expect(value(`minwal_${name}_seconds_count`)).toBeGreaterThan(0)
      expect(value(`minwal_${name}_seconds_sum`)).toBeLessThan(60)
    }
  })

  it('have the sizes of queues, of the database, of its journal and of memory', async () => {
    await scrape()
    expect(value('minwal_polls_pending')).toBeLessThan(3)
    expect(value('minwal_documents_unfiled_bytes')).toBeGreaterThanOrEqual(0)
    expect(value('minwal_answers_unsent_bytes')).toBeGreaterThanOrEqual(0)
    expect(value('minwal_database_bytes')).toBeGreaterThan(4_096)
    expect(value('minwal_database_journal_bytes')).toBeGreaterThanOrEqual(0)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(50e6)
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0.1)
    expect(Math.abs(Date.now() / 1_000 - value('process_start_time_seconds'))).toBeLessThan(120)
  })

  it('have labels of few values only, none of which a feed can choose', async () => {
    await scrape()
    const labels = [...exported.matchAll(/^[a-z_]+\{([^}]*)\}/gm)].map(([, found = '']) => found)
    const names = new Set(labels.flatMap(found => [...found.matchAll(/(\w+)="/g)].map(([, name]) => name)))
    expect([...names].sort()).toEqual(['code', 'filing', 'kind', 'le', 'outcome', 'state', 'verdict', 'version'])
    expect(labels.length).toBeLessThan(150)
  })

  it('are all in the table of docs/operation.md, and nothing else is', async () => {
    await scrape()
    const documented = [
      ...readFileSync(join(ROOT, 'docs/operation.md'), 'utf8').matchAll(/^\| `((?:minwal|process)_[a-z_]+)/gm),
    ]
    expect(documented.map(([, name]) => name).sort()).toEqual([...types.keys()].sort())
  })

  it.skipIf(!hasPromtool)('are what promtool takes for metrics (absent: Debian’s package prometheus)', async () => {
    await scrape()
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: exported, encoding: 'utf8' })
    expect(checked.stderr + checked.stdout).toBe('')
    expect(checked.status).toBe(0)
  })
})

describe('metrics with a listener of their own', () => {
  it('are served there and nowhere else, and beside health nothing else is served there', async () => {
    const server = await feedServer({ '/feed': rss([{ guid: '1', title: 'The ferry is late', text: 'At five.' }]) })
    const { config } = configure(folder(), agenciesOf([`${server.origin}/feed`]), {
      metrics: { listen: '127.0.0.1:0' },
    })
    const running = await daemon(config)
    const apart = running.log().find(({ msg }) => msg === 'metrics are served')?.['address']
    expect(apart).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    for (const path of ['/metrics', '/metrics/', '/metrics?x=1']) {
      expect((await fetch(running.address + path)).status).toBe(404)
      expect(await (await fetch(apart + path)).text()).toContain('\nminwal_live 1\n')
    }
    for (const path of ['/healthz', '/readyz/']) {
      await eventually(path, async () => (await fetch(apart + path)).status === 200)
    }
    for (const path of ['/', '/feed.atom', '/feeds']) expect((await fetch(apart + path)).status).toBe(404)
    expect((await fetch(running.address)).status).toBe(200)
    expect((await running.stop()).code).toBe(0)
  })
})

describe('the alert rules and the dashboard', () => {
  it.each(['deploy/alerts.yml', 'deploy/grafana-dashboard.json'])(
    '%s names only metrics that there are',
    async file => {
      await scrape()
      const named = namedIn(readFileSync(join(ROOT, file), 'utf8'))
      expect(named.length).toBeGreaterThan(6)
      expect(named.filter(name => !types.has(name))).toEqual([])
    },
  )

  it('the dashboard shows every counter and histogram there is', async () => {
    await scrape()
    const named = namedIn(readFileSync(join(ROOT, 'deploy/grafana-dashboard.json'), 'utf8'))
    const own = [...types].filter(([name, type]) => type !== 'gauge' && !/_(?:hub|pruned)_/.test(name))
    expect(own.map(([name]) => name).filter(name => !named.includes(name))).toEqual([])
  })

  it.skipIf(!hasPromtool)('the rules are sound (absent: Debian’s package prometheus)', () => {
    const checked = spawnSync('promtool', ['check', 'rules', '--lint=all', ALERTS], { encoding: 'utf8' })
    expect({ code: checked.status, out: checked.stderr }).toEqual({ code: 0, out: '' })
    expect(checked.stdout).toMatch(/SUCCESS: \d+ rules found/)
  })

  it.skipIf(!hasPromtool)(
    'each rule fires when it should, and none while all is well (absent: as above)',
    () => {
      const alert = (name: string, at: string, series: Record<string, string>): object => ({
        interval: '1m',
        input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
        alert_rule_test: [{ eval_time: at, alertname: name, exp_alerts: [] }],
      })
      const rules = [...readFileSync(ALERTS, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name)
      const well: Record<string, string> = {
        'up{job="minwal"}': '1x600',
        minwal_live: '1x600',
        minwal_storing: '1x600',
        'minwal_write_errors_total{kind="failing"}': '3x600',
        minwal_last_poll_age_seconds: '4x600',
        minwal_most_overdue_seconds: '20x600',
        'minwal_feeds{state="failing"}': '2x600',
        'minwal_feeds{state="ok"}': '98x600',
        'minwal_entries_total{filing="new"}': '0+5x600',
        minwal_backup_failing: '0x600',
        minwal_backup_timestamp_seconds: '0+60x600',
        minwal_database_journal_bytes: '1000000x600',
      }
      const ill: Record<string, Record<string, string>> = {
        MinwalDown: { 'up{job="minwal"}': '0x600' },
        MinwalNotLive: { minwal_live: '0x600' },
        MinwalCannotStore: { minwal_storing: '0x600' },
        MinwalWriteErrors: { 'minwal_write_errors_total{kind="failing"}': '0+1x600' },
        MinwalNoPolls: { minwal_last_poll_age_seconds: '3700x600' },
        MinwalLate: { minwal_most_overdue_seconds: '2000x600' },
        MinwalFeedsFailing: { 'minwal_feeds{state="failing"}': '60x600', 'minwal_feeds{state="ok"}': '40x600' },
        MinwalNothingNew: { 'minwal_entries_total{filing="new"}': '7x600', minwal_live: '1x600' },
        MinwalBackupFailing: { minwal_backup_failing: '1x600' },
        MinwalBackupOld: { minwal_backup_timestamp_seconds: '-200000x600' },
        MinwalJournalLarge: { minwal_database_journal_bytes: '2000000000x600' },
      }
      expect(Object.keys(ill).sort()).toEqual([...rules].sort())
      const where = folder()
      const run = (tests: object[]): { status: number | null; out: string } => {
        const file = join(where, 'tests.yml')
        writeFileSync(file, JSON.stringify({ rule_files: [ALERTS], evaluation_interval: '5m', tests }))
        const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
        return { status, out: stdout + stderr }
      }
      const quiet = run(rules.map(name => alert(name, '9h', well)))
      expect(quiet).toMatchObject({ status: 0 })
      // Told that none fires, promtool says which does.
      const fired = run(rules.map(name => alert(name, '9h', ill[name] ?? {})))
      const got = [...fired.out.matchAll(/got:\[\s*0:\s*Labels:\{alertname="(\w+)"/g)].map(([, name = '']) => name)
      expect({ status: fired.status, got: got.sort() }).toEqual({ status: 1, got: [...rules].sort() })
      expect(fired.out).not.toMatch(/error calling|error executing/i)
    },
    60_000,
  )
})
