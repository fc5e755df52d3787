// Why a feed is polled when it is: the English sentence is what is stored, and says all that the values say.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quietSentence, readQuiet, readReason, reasonSentence } from '../../src/language/reason.ts'
import type { Because } from '../../src/model/stored.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const number = fc.nat({ max: 5_000 })
// Spans that a sentence can say: others are rounded to these.
const span = fc.oneof(
  fc.integer({ min: 1, max: 89 }).map(seconds => seconds * 1_000),
  fc.integer({ min: 2, max: 89 }).map(minutes => minutes * MINUTE),
  fc.integer({ min: 2, max: 35 }).map(hours => hours * HOUR),
  fc.integer({ min: 2, max: 30 }).map(days => days * 24 * HOUR),
)
const PLAIN = [
  ...(['configured', 'planned', 'unchanged', 'empty', 'little', 'most', 'skipped', 'retired', 'asked'] as const),
  ...(['hurried'] as const),
] as const
const why: fc.Arbitrary<Because> = fc.oneof(
  fc.constantFrom(...PLAIN).map(kind => ({ kind })),
  fc.record({ kind: fc.constant('fresh' as const), fresh: number, entries: number }),
  fc.record({ kind: fc.constantFrom('first', 'stale', 'hourly', 'daily', 'window', 'short'), entries: number }),
  fc.record({ kind: fc.constantFrom('hint', 'gap'), span }),
  fc.record({ kind: fc.constant('failed' as const), polls: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ kind: fc.constant('pushed' as const), hub: fc.domain() }),
)

describe('the reason of a poll', () => {
  it('is read back from its sentence as it was', () => {
    const reasons = fc.record({
      repeats: fc.boolean(),
      span,
      because: fc.array(why, { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(reasons, reason => {
        expect(readReason(reasonSentence(reason))).toEqual(reason)
      }),
    )
  })

  it('is said in one sentence', () => {
    const because: Because[] = [
      { kind: 'fresh', fresh: 1, entries: 20 },
      { kind: 'daily', entries: 1 },
      { kind: 'hurried' },
      { kind: 'hint', span: 3 * HOUR },
      { kind: 'short', entries: 1 },
    ]
    expect(reasonSentence({ repeats: true, span: 45 * MINUTE, because })).toBe(
      'every 45 min: 1 of 20 entries was new; it writes about 1 entry a day, sooner since polls came late; the server asks for 3 h, but it shows only 1 entry',
    )
  })

  it('is not read from any other sentence', () => {
    for (const other of [
      '',
      'set in the configuration',
      'every 5 min: the moon was full',
      'in 2 y: nothing had changed',
    ])
      expect(readReason(other)).toBeNull()
    fc.assert(
      fc.property(fc.string(), text => {
        expect(readReason(text)).toBeNull()
      }),
    )
  })
})

describe('the silence of a feed', () => {
  it('is read back from its sentence', () => {
    fc.assert(
      fc.property(span, span, (silent, usual) => {
        expect(readQuiet(quietSentence(silent, usual))).toEqual({ silent, usual })
      }),
    )
    expect(readQuiet('two entries without a date')).toBeNull()
  })
})
