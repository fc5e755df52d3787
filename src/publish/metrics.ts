// Metrics in the text format of Prometheus, and the icon.
import type { Health, HubFigures, Reader } from '../model/shown.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import type { Rendering } from './delivery.ts'
import { dataDocument, UNCACHED } from './documents.ts'

/** Threads through a loom, in the colour of ink and of a mark. */
export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="#1d1b17"/><g fill="none" stroke-linecap="round" stroke-width="2.6"><path stroke="#fcfaf5" d="M8 6v20M16 6v20M24 6v20"/><path stroke="#d9604f" d="M4.5 11h7M20.5 11h7M12.5 16.5h7M4.5 22h7M20.5 22h7"/></g></svg>
`

export function iconDocument(): Rendering {
  return dataDocument('image/svg+xml; charset=utf-8', FAVICON, 'public, max-age=86400')
}

/** As Prometheus reads it. */
export function metricsDocument(body: string): Rendering {
  return dataDocument('text/plain; version=0.0.4; charset=utf-8', body, UNCACHED)
}

const STATES: readonly FeedState['state'][] = ['new', 'ok', 'failing', 'retired', 'paused']

/** Prometheus text format 0.0.4. What is on file are gauges: old reports are pruned. */
export function metrics(
  {
    totals,
    feeds,
    hub,
  }: { totals: ReturnType<Reader['totals']>; feeds: readonly FeedState[]; hub?: HubFigures | null },
  health: Health,
  version: string,
  now: Millis,
): string {
  const lines: string[] = []
  type Samples = readonly [labels: string, value: number][]
  const metric = (type: 'gauge' | 'counter', name: string, help: string, samples: Samples): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`)
  }
  const gauge = (name: string, help: string, samples: Samples): void => metric('gauge', name, help, samples)
  gauge('minwal_info', 'The version that runs.', [[`{version="${version.replace(/["\\\n]/g, '')}"}`, 1]])
  gauge('minwal_live', '1 while polls complete.', [['', health.live ? 1 : 0]])
  gauge('minwal_storing', '0 while what is polled cannot be stored.', [['', health.storing === false ? 0 : 1]])
  const { backup = null } = health
  if (backup !== null) {
    gauge('minwal_backup_failing', '1 while the last try at a backup failed.', [['', backup.fault === null ? 0 : 1]])
    if (backup.last !== null) {
      gauge('minwal_backup_timestamp_seconds', 'When the newest backup was made, Unix time.', [
        ['', backup.last / 1000],
      ])
    }
  }
  gauge('minwal_ready', '1 when requests can be served.', [['', health.ready ? 1 : 0]])
  gauge(
    'minwal_feeds',
    'Feeds by state.',
    STATES.map(state => [`{state="${state}"}`, feeds.filter(feed => feed.state === state).length]),
  )
  gauge('minwal_reports', 'Reports on file.', [['', totals.reports]])
  gauge('minwal_stories', 'Stories on file.', [['', totals.stories]])
  gauge('minwal_threads', 'Threads on file.', [['', totals.threads]])
  metric('counter', 'minwal_pruned_reports_total', 'Reports deleted because of their age.', [['', totals.pruned]])
  const overdue = feeds
    .filter(feed => feed.state !== 'retired' && feed.state !== 'paused')
    .reduce((most, feed) => Math.max(most, now - feed.nextPoll), 0)
  gauge('minwal_most_overdue_seconds', 'How late the most overdue feed is.', [['', overdue / 1000]])
  const lastPoll = feeds.reduce((last, feed) => Math.max(last, feed.lastPoll ?? 0), totals.lastPoll ?? 0)
  if (lastPoll > 0) {
    gauge('minwal_last_poll_timestamp_seconds', 'When a poll last ended, Unix time.', [['', lastPoll / 1000]])
    gauge('minwal_last_poll_age_seconds', 'Time since a poll last ended.', [['', Math.max(0, now - lastPoll) / 1000]])
  }
  if (hub != null) {
    const counter = (name: string, help: string, samples: Samples): void => metric('counter', name, help, samples)
    gauge('minwal_hub_subscribers', 'Subscriptions at the built-in WebSub hub.', [['', hub.subscribers]])
    counter('minwal_hub_pushes_total', 'Feeds sent to subscribers since the start, by what came of it.', [
      ['{outcome="delivered"}', hub.delivered],
      ['{outcome="failed"}', hub.failed],
      ['{outcome="gone"}', hub.ended],
    ])
    counter('minwal_hub_verifications_total', 'Subscribers asked whether they meant it, by what came of it.', [
      ['{outcome="confirmed"}', hub.confirmed],
      ['{outcome="refused"}', hub.unconfirmed],
    ])
  }
  return `${lines.join('\n')}\n`
}
