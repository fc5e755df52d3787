import { describe, expect, it } from 'vitest'
import { toReport } from '../../src/decide/report.ts'
import { wireNames } from '../../src/decide/wire/read.ts'
import type { Report } from '../../src/model/decided.ts'
import { storedText } from '../../src/store/columns.ts'
import type { Batch } from '../../src/store/store.ts'
import { entry, NOW, openNewsroom } from './newsroom.ts'

const SAME_TEXT = { rule: 'text', similarity: 1, coverage: 1, evidence: null } as const
const FIRST = { ...SAME_TEXT, rule: 'first' } as const
const NOTHING: Batch = {
  feed: 0,
  now: NOW + 600 * 60_000,
  threads: [],
  stories: [],
  reports: [],
  storyFeatures: [],
  reportFeatures: [],
  flashes: [],
  lifted: [],
  central: new Map(),
}
const NOTHING_ASKED = { keys: [], guids: [], urls: [], flashes: [], limit: 1, characters: 0, formerly: null }

/** A report of the given feed and agency at a time, in minutes after NOW. */
function report(feed: number, agency: string, minutes: number, title: string): Report {
  const made = toReport(entry({ id: `${feed}-${title}-${minutes}`, title, published: NOW + minutes * 60_000 }), title, {
    feed,
    agency,
    language: 'en',
    identity: 'guid',
    names: wireNames([]),
    now: NOW + 600 * 60_000,
  })
  if (!made.ok) throw new Error(made.reason)
  return made.report
}

/** A thread with two stories of one agency each, the newer one leading. */
function newsroom() {
  const store = openNewsroom()
  const feeds = (agency: string) => store.feeds().filter(one => one.agency === agency)
  const [one, two] = feeds('harir').map(({ id }) => id)
  const [other] = feeds('vostok').map(({ id }) => id)
  if (one === undefined || two === undefined || other === undefined) throw new Error('feeds are missing')
  const older = report(other, 'vostok', 90, 'Older')
  const newer = report(one, 'harir', 100, 'Newer')
  const made = [older, newer].map((written, at) => ({ id: at + 1, key: written.title, report: written }))
  store.file(filing => {
    for (const { id, report: written } of made) {
      filing.write({
        ...NOTHING,
        feed: written.feed,
        threads: id === 1 ? [{ id: 1, key: 'thread' }] : [],
        stories: [{ id, key: written.title, thread: 1, language: 'en', placement: '{}', origin: null }],
        reports: [
          {
            id,
            story: id,
            report: written,
            stored: storedText(written, { folded: '', extra: '' }),
            guidKey: written.guid,
            joined: FIRST,
          },
        ],
        storyFeatures: [{ seq: id, story: id, time: written.time, features: new Uint8Array() }],
      })
    }
  })
  const copy = (story: number, written: Report): void =>
    store.file(filing => {
      const id = filing.facts({ ...NOTHING_ASKED, feed: written.feed, agency: written.agency }).next.report
      const reports = [
        {
          id,
          story,
          report: written,
          stored: storedText(written, { folded: '', extra: '' }),
          guidKey: 'key',
          joined: SAME_TEXT,
        },
      ]
      filing.write({ ...NOTHING, feed: written.feed, reports })
    })
  const ids = { thread: 1, older: 1, newer: 2, copy }
  return { store, ...ids, one, two, other }
}

describe('the lead of a thread', () => {
  it('is the newest story among those of equally many agencies', () => {
    const { store, thread } = newsroom()
    expect(store.thread(thread)).toMatchObject({ title: 'Newer', first: NOW + 90 * 60_000, last: NOW + 100 * 60_000 })
    store.close()
  })

  it('gives way when a copy shows that it is older, and so does the thread’s last time', () => {
    const { store, thread, newer, two, copy } = newsroom()
    copy(newer, report(two, 'harir', 80, 'Newer'))
    expect(store.thread(thread)).toMatchObject({ title: 'Older', first: NOW + 80 * 60_000, last: NOW + 90 * 60_000 })
    store.close()
  })

  it('keeps the time under which it was placed, though a copy shows that it is older', () => {
    const { store, newer, two, copy } = newsroom()
    copy(newer, report(two, 'harir', 80, 'Newer'))
    const times = store.file(filing => filing.storiesAfter(0, NOW + 85 * 60_000).map(({ time }) => time))
    expect(times).toEqual([NOW + 90 * 60_000, NOW + 100 * 60_000])
    store.close()
  })

  it('is the story that most agencies carry, however old', () => {
    const { store, thread, older, one, copy } = newsroom()
    copy(older, report(one, 'harir', 95, 'Older'))
    expect(store.thread(thread)?.title).toBe('Older')
    store.close()
  })

  it('is no withdrawn report where there is another', () => {
    const { store, thread, newer } = newsroom()
    const lead = store.story(newer)?.members[0]
    store.file(filing => {
      const withdrawn = report(lead?.feed ?? 0, 'harir', 100, 'Newer')
      withdrawn.wire.signal = 'kill'
      filing.addRevision(
        lead?.id ?? 0,
        withdrawn,
        'kill',
        NOW + 700 * 60_000,
        storedText(withdrawn, { folded: '', extra: '' }),
      )
    })
    expect(store.thread(thread)?.title).toBe('Older')
    store.close()
  })
})
