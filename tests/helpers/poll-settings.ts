// Poll settings for tests: generous enough to pass on a slow machine, small where a test waits for a limit.
import type { PollSettings } from '../../src/model/config.ts'

export function pollSettings(changes: Partial<PollSettings> = {}): PollSettings {
  return {
    tick: '* * * * *',
    concurrency: 8,
    perHost: 2,
    pagesPerHost: 60,
    hostDelay: 0,
    minInterval: 60_000,
    maxInterval: 86_400_000,
    connectTimeout: 5_000,
    responseTimeout: 5_000,
    totalTimeout: 10_000,
    maxWireBytes: 5 * 1_048_576,
    maxBodyBytes: 10 * 1_048_576,
    maxRedirects: 5,
    maxEntries: 1000,
    userAgent: 'Minwal/test (+https://minwal.example/about)',
    exclude: [],
    websub: true,
    allowPrivate: true,
    ...changes,
  }
}
