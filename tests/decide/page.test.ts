// Which pages are asked for, and what becomes of them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  heldAgainst,
  MOST_TRIES,
  NOTHING_STATED,
  nextTry,
  outcomeOf,
  pagesToAsk,
  pauseAfter,
  withoutCommon,
} from '../../src/decide/page.ts'
import type { PageDue, PageOutcome, PageSubject } from '../../src/model/page.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-03-02T12:00:00Z')

const due = (report: number, url: string, agency = 'gazette'): PageDue => ({
  report,
  feed: 1,
  agency,
  url,
  title: 'A title',
  text: '',
  time: NOW - report * HOUR,
  attempts: 0,
})

const state = (more: object = {}) => ({
  asked: new Map<string, number>(),
  pauses: new Map(),
  budget: 2,
  now: NOW,
  ...more,
})

describe('pages that are asked for', () => {
  it('are the newest of each host', () => {
    const pages = [due(3, 'https://a.example/3'), due(1, 'https://a.example/1'), due(2, 'https://b.example/2')]
    expect(pagesToAsk(pages, state()).map(({ host, page }) => [host, page.report])).toEqual([
      ['a.example', 1],
      ['b.example', 2],
    ])
  })

  it('are none of a host whose budget is spent, of an agency that is left alone, of an address with a secret taken out', () => {
    const page = due(1, 'https://a.example/1')
    expect(pagesToAsk([page], state({ asked: new Map([['a.example', 2]]) }))).toEqual([])
    const pauses = new Map([['gazette', { until: NOW + HOUR, reason: '' }]])
    expect(pagesToAsk([page], state({ pauses }))).toEqual([])
    expect(pagesToAsk([page], state({ pauses, now: NOW + 2 * HOUR }))).toHaveLength(1)
    expect(pagesToAsk([due(1, `https://a.example/1?key=${'$'}{KEY}`), due(1, 'file:///etc/passwd')], state())).toEqual(
      [],
    )
  })

  it('are never two of one host, nor more than are due', () => {
    const hosts = fc.constantFrom('a.example', 'b.example', 'c.example:8080')
    const pages = fc.array(
      fc.tuple(fc.nat(50), hosts).map(([report, host]) => due(report, `https://${host}/${report}`)),
    )
    fc.assert(
      fc.property(pages, some => {
        const chosen = pagesToAsk(some, state())
        expect(new Set(chosen.map(({ host }) => host)).size).toBe(chosen.length)
        for (const { host, page } of chosen) {
          const others = some.filter(({ url }) => new URL(url).host === host)
          expect(page.time).toBe(Math.max(...others.map(({ time }) => time)))
        }
      }),
    )
  })
})

describe('a page that could not be had', () => {
  it('is tried again where it may be otherwise, later each time, three times in all', () => {
    expect(nextTry('failed', 1, NOW)).toBe(NOW + HOUR / 2)
    expect(nextTry('blocked', 2, NOW)).toBe(NOW + 4 * HOUR)
    expect(nextTry('error', MOST_TRIES, NOW)).toBeNull()
    for (const outcome of ['article', 'other', 'not-found', 'paywall', 'shorter', 'furniture'] as const) {
      expect(nextTry(outcome, 1, NOW)).toBeNull()
    }
  })

  it('pauses its agency after three refusals in a row, and for nothing else', () => {
    const refused: PageOutcome[] = ['blocked', 'consent', 'blocked']
    expect(pauseAfter(refused, 'a.example', NOW)?.until).toBe(NOW + 24 * HOUR)
    expect(pauseAfter(refused.slice(1), 'a.example', NOW)).toBeNull()
    expect(pauseAfter(['blocked', 'article', 'blocked'], 'a.example', NOW)).toBeNull()
    expect(pauseAfter(['error', 'error', 'error'], 'a.example', NOW)).toBeNull()
  })
})

const NOTICE = 'This agency asks its readers to keep it alive with a gift of any size.'

describe('the text of a page', () => {
  const subject: PageSubject = {
    report: 1,
    guid: '1',
    feedUrl: 'https://gazette.example/feed',
    joinedBy: 'text',
    story: 1,
    feed: 1,
    agency: 'gazette',
    url: null,
    canonicalUrl: null,
    title: 'Ferry crews end strike',
    text: 'Crews of the ferry ended their strike…',
    language: 'en',
    time: NOW,
    authors: [],
    bare: false,
  }
  const page = (text: string) => ({ verdict: 'article' as const, because: '', ...NOTHING_STATED, text })

  it('is held against those of its story that are whole too, where words alone brought it there', () => {
    const members = [
      { id: 1, text: 'w'.repeat(900) },
      { id: 2, text: 'w'.repeat(120) },
      { id: 3, text: 'w'.repeat(500) },
    ]
    const against = (joinedBy: string) => heldAgainst({ report: 1, joinedBy }, 'w'.repeat(900), members)
    expect([against('text'), against('first')]).toEqual([[3], [3]])
    expect(['guid', 'url', 'flash', 'editor'].map(against)).toEqual([[], [], [], []])
  })

  it('is taken where it says more than the feed', () => {
    expect(outcomeOf(page('Crews of the ferry ended their strike on Friday.'), subject, []).outcome).toBe('article')
    expect(outcomeOf(page('Crews of the ferry ended their strike.'), subject, []).outcome).toBe('shorter')
    expect(outcomeOf({ verdict: 'failed', because: 'no answer' }, subject, [])).toMatchObject({
      outcome: 'failed',
      text: null,
    })
  })

  it('has no line that stands under three other pages of the agency', () => {
    const text = `The boats sail again.\n${NOTICE}`
    const other = (at: number) => `Something else happened ${at}.\n${NOTICE}`
    expect(withoutCommon(text, [1, 2].map(other))).toBe(text)
    expect(withoutCommon(text, [1, 2, 3].map(other))).toBe('The boats sail again.')
    // A page that is nothing else stays what it is.
    expect(withoutCommon(NOTICE, [1, 2, 3].map(other))).toBe(NOTICE)
  })
})
