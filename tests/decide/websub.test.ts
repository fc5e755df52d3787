// What a subscriber asks for, agrees to and believes.
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  besidePush,
  isProven,
  isSigned,
  judgeIntent,
  LONGEST_LEASE,
  onAsking,
  onNamed,
  onRefused,
  subscribeForm,
} from '../../src/decide/schedule/push.ts'
import type { Subscription } from '../../src/model/stored.ts'

const NOW = Date.UTC(2026, 2, 3)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NAMED = { hub: 'https://hub.example/', topic: 'https://wire.example/feed?a=1&b=2' }

let made = 0
const fresh = (id = `id-${++made}`) => ({
  id,
  secret: `secret-${made}`,
  callback: `https://minwal.example/websub/${id}`,
})

function subscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    ...fresh('id'),
    feed: 1,
    ...NAMED,
    state: 'asked',
    asked: NOW - MINUTE,
    leaseEnd: null,
    nextAsk: NOW + HOUR,
    attempts: 1,
    lastPush: null,
    ignored: 0,
    note: null,
    ...changes,
  }
}

const intent = (changes: Record<string, string | null> = {}): URLSearchParams =>
  new URLSearchParams(
    Object.entries({
      'hub.mode': 'subscribe',
      'hub.topic': NAMED.topic,
      'hub.challenge': 'c4',
      'hub.lease_seconds': '86400',
      ...changes,
    }).flatMap(([name, value]) => (value === null ? [] : [[name, value] as [string, string]])),
  )

describe('a feed that names a hub', () => {
  it('is subscribed to at once, with a secret and a callback of its own', () => {
    expect(onNamed(null, NAMED, 7, fresh, NOW)).toMatchObject({
      feed: 7,
      ...NAMED,
      state: 'asked',
      nextAsk: NOW,
      asked: null,
    })
  })

  it('is not asked for again while nothing changes', () => {
    expect(onNamed(subscription({ state: 'active' }), NAMED, 1, fresh, NOW)).toBeNull()
    expect(onNamed(subscription({ state: 'denied' }), NAMED, 1, fresh, NOW)).toBeNull()
    expect(onNamed(null, null, 1, fresh, NOW)).toBeNull()
  })

  it('begins anew with another hub, another topic or another public address, at most once an hour', () => {
    const before = subscription({ state: 'active', leaseEnd: NOW + DAY, lastPush: NOW })
    for (const after of [
      onNamed(before, { ...NAMED, hub: 'https://other.example/' }, 1, fresh, NOW),
      onNamed(before, { ...NAMED, topic: 'https://wire.example/new' }, 1, fresh, NOW),
      onNamed({ ...before, callback: 'https://old.example/websub/id' }, NAMED, 1, fresh, NOW),
    ]) {
      expect(after).toMatchObject({ state: 'asked', leaseEnd: null, lastPush: null, nextAsk: NOW - MINUTE + HOUR })
      expect(after?.id).not.toBe(before.id)
      expect(after?.secret).not.toBe(before.secret)
    }
  })

  it('is let go when it names none any more, and taken up when it does again', () => {
    const gone = onNamed(subscription({ state: 'active' }), null, 1, fresh, NOW)
    expect(gone).toMatchObject({ state: 'unnamed', id: 'id' })
    expect(onNamed(gone, null, 1, fresh, NOW)).toBeNull()
    expect(onNamed(gone, NAMED, 1, fresh, NOW + DAY)).toMatchObject({ state: 'asked', id: 'id', nextAsk: NOW + DAY })
  })
})

describe('asking a hub', () => {
  it('sends the form of section 5.1', () => {
    const asked = subscription()
    expect(subscribeForm(asked)).toEqual({
      'hub.callback': asked.callback,
      'hub.mode': 'subscribe',
      'hub.topic': NAMED.topic,
      'hub.lease_seconds': '864000',
      'hub.secret': asked.secret,
      'hub.verify': 'async',
    })
  })

  it('waits an hour, then two, then four, at most a day, for a hub that does not confirm', () => {
    let now = NOW
    let state = subscription({ attempts: 0, asked: null, nextAsk: NOW })
    const waits: number[] = []
    for (let times = 0; times < 7; times++) {
      state = onAsking(state, now, 0)
      waits.push((state.nextAsk - now) / HOUR)
      now = state.nextAsk
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 24, 24])
  })

  it('asks again before the lease is over, whatever becomes of each request', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 3 * MINUTE, max: LONGEST_LEASE }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, left, chance) => {
          const after = onAsking(subscription({ attempts, leaseEnd: NOW + left }), NOW, chance)
          expect(after.nextAsk).toBeGreaterThanOrEqual(NOW + MINUTE)
          expect(after.nextAsk).toBeLessThan(NOW + left)
        },
      ),
    )
  })

  it('keeps why a hub could not be asked, and waits as long as it wants', () => {
    const refused = onRefused(subscription(), 'https://hub.example/ answered 503', NOW + 3 * HOUR)
    expect(refused).toMatchObject({ note: 'https://hub.example/ answered 503', nextAsk: NOW + 3 * HOUR })
    expect(onRefused(subscription(), 'no', null).nextAsk).toBe(NOW + HOUR)
  })
})

describe('a hub that verifies our intent', () => {
  it('gets its challenge back, and is asked again before the lease ends', () => {
    const verdict = judgeIntent(
      intent({ 'hub.challenge': '<b>€&' }),
      subscription({ attempts: 3, note: 'x' }),
      NOW,
      0.5,
    )
    expect(verdict).toMatchObject({
      kind: 'confirmed',
      challenge: '<b>€&',
      after: { state: 'active', leaseEnd: NOW + DAY, nextAsk: NOW + 0.8 * DAY, attempts: 0, note: null },
    })
  })

  it.each([
    ['1', 5 * MINUTE],
    ['0', 5 * MINUTE],
    ['300', 5 * MINUTE],
    ['7200', 2 * HOUR],
    ['99999999999', LONGEST_LEASE],
    ['1e9', DAY],
    ['-5', DAY],
    ['', DAY],
    [null, DAY],
  ])('takes a lease of %s seconds for %d ms', (seconds, lease) => {
    const verdict = judgeIntent(intent({ 'hub.lease_seconds': seconds }), subscription(), NOW, 0)
    expect(verdict).toMatchObject({ kind: 'confirmed', after: { leaseEnd: NOW + lease } })
  })

  it.each<[string, Record<string, string | null>, Partial<Subscription>, 400 | 404]>([
    ['another topic', { 'hub.topic': 'https://wire.example/feed' }, {}, 404],
    ['a topic that only resolves to ours', { 'hub.topic': 'https://WIRE.example/feed?a=1&b=2' }, {}, 404],
    ['unsubscribe', { 'hub.mode': 'unsubscribe' }, {}, 404],
    ['a mode it made up', { 'hub.mode': 'publish' }, {}, 404],
    ['what was not asked for yet', {}, { asked: null }, 404],
    ['what is not wanted any more', {}, { state: 'unnamed' }, 404],
    ['no topic', { 'hub.topic': null }, {}, 400],
    ['no mode', { 'hub.mode': null }, {}, 400],
    ['no challenge', { 'hub.challenge': null }, {}, 400],
    ['a challenge of a megabyte', { 'hub.challenge': 'x'.repeat(1_048_576) }, {}, 400],
  ])('is refused %s', (_what, changes, before, status) => {
    expect(judgeIntent(intent(changes), subscription(before), NOW, 0)).toMatchObject({ kind: 'refused', status })
  })

  it('is refused what it says twice', () => {
    const query = intent()
    query.append('hub.mode', 'denied')
    expect(judgeIntent(query, subscription(), NOW, 0)).toMatchObject({ kind: 'refused', status: 400 })
  })

  it('is asked again after a week when it denies; its reason is one harmless line', () => {
    const query = intent({ 'hub.mode': 'denied', 'hub.reason': 'not\u001b[31m you\n\u202e', 'hub.challenge': null })
    const verdict = judgeIntent(query, subscription({ state: 'active', leaseEnd: NOW + DAY, lastPush: NOW }), NOW, 0)
    expect(verdict).toMatchObject({
      kind: 'denied',
      reason: 'not [31m you',
      after: { state: 'denied', leaseEnd: null, lastPush: null, nextAsk: NOW + 7 * DAY, note: 'denied: not [31m you' },
    })
  })

  it('is confirmed nothing but the topic that was asked for', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl(), fc.constant(NAMED.topic)), fc.string(), (topic, challenge) => {
        const verdict = judgeIntent(intent({ 'hub.topic': topic, 'hub.challenge': challenge }), subscription(), NOW, 0)
        expect(verdict.kind === 'confirmed').toBe(topic === NAMED.topic && challenge !== '')
      }),
    )
  })
})

describe('a signature', () => {
  const sign = (method: string, body: Uint8Array, secret = 'key'): string =>
    `${method}=${createHmac(method, secret).update(body).digest('hex')}`
  const methods = ['sha1', 'sha256', 'sha384', 'sha512']

  it.each(methods)('of %s holds for its body and no other', method => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (body, other) => {
        const header = sign(method, body)
        expect(isSigned([header], 'key', body)).toBe(true)
        expect(isSigned([header.toUpperCase().replace('SHA', 'sha')], 'key', body)).toBe(true)
        expect(isSigned([header], 'key', other)).toBe(Buffer.compare(body, other) === 0)
        expect(isSigned([header], 'another key', body)).toBe(false)
      }),
    )
  })

  it('may stand in either header', () => {
    const body = Buffer.from('news')
    expect(isSigned([null, sign('sha256', body)], 'key', body)).toBe(true)
    expect(isSigned([sign('sha1', body), 'sha256=00'], 'key', body)).toBe(true)
  })

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['one without a method', createHmac('sha256', 'key').update('news').digest('hex')],
    ['an unknown method', `md5=${createHmac('md5', 'key').update('news').digest('hex')}`],
    ['a method the specification does not have', sign('sha224', Buffer.from('news'))],
    ['the digest of another method', sign('sha256', Buffer.from('news')).replace('sha256', 'sha1')],
    ['a cut one', sign('sha256', Buffer.from('news')).slice(0, -2)],
    ['one with more behind it', `${sign('sha256', Buffer.from('news'))}00`],
    ['no hex', `sha1=${'g'.repeat(40)}`],
  ])('does not hold when it is %s', (_what, header) => {
    expect(isSigned([header], 'key', Buffer.from('news'))).toBe(false)
  })
})

describe('polling beside a hub', () => {
  const proven = subscription({ state: 'active', leaseEnd: NOW + DAY, lastPush: NOW - 3 * MINUTE })
  const input = {
    now: NOW,
    url: 'https://wire.example/feed',
    every: null,
    interval: 12 * MINUTE,
    maxInterval: 4 * HOUR,
  }
  const schedule = { at: NOW + 12 * MINUTE, interval: 10 * MINUTE, reason: 'every 10 min: 3 of 20 entries were new' }

  it('becomes slow, says why, and keeps the interval it had learned', () => {
    const beside = besidePush(schedule, { ...input, subscription: proven })
    expect(beside).toMatchObject({
      interval: 12 * MINUTE,
      reason: 'every 4 h: the hub hub.example pushes what is new',
    })
    expect(beside.at).toBeGreaterThanOrEqual(NOW + 4 * HOUR)
    expect(beside.at).toBeLessThanOrEqual(NOW + 4.4 * HOUR)
  })

  it.each<[string, Partial<Subscription>]>([
    ['has not confirmed', { state: 'asked', leaseEnd: null }],
    ['has denied', { state: 'denied' }],
    ['is not named any more', { state: 'unnamed' }],
    ['has never pushed', { lastPush: null }],
    ['has not pushed for a day', { lastPush: NOW - DAY - 1 }],
    ['has let the lease run out', { leaseEnd: NOW }],
  ])('stays as it was when the hub %s', (_what, changes) => {
    const unproven = { ...proven, ...changes }
    expect(isProven(unproven, NOW)).toBe(false)
    expect(besidePush(schedule, { ...input, subscription: unproven })).toBe(schedule)
  })

  it('stays as the configuration fixed it, and never becomes faster', () => {
    expect(besidePush(schedule, { ...input, every: 10 * MINUTE, subscription: proven })).toBe(schedule)
    const later = { ...schedule, at: NOW + DAY }
    expect(besidePush(later, { ...input, subscription: proven })).toBe(later)
  })
})
