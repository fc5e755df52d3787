import { describe, expect, it } from 'vitest'
import { type HealthFacts, judgeHealth } from '../../src/decide/schedule/health.ts'

const MINUTE = 60_000
const WELL: HealthFacts = {
  part: null,
  now: 100 * MINUTE,
  looked: 100 * MINUTE - 8_000,
  expected: 100 * MINUTE + 7_000,
  pending: 3,
  oldestPoll: 20_000,
  deskSilence: 500,
  longestPoll: 9 * MINUTE,
  trouble: null,
  lost: null,
}

describe('a daemon', () => {
  it('that polls and stores is live', () => {
    expect(judgeHealth(WELL)).toEqual({
      live: true,
      working: true,
      storing: true,
      fault: null,
      detail: 'last look for due feeds 8 s ago, 3 feeds being polled',
    })
  })

  it('that looks for due feeds once a day is live all day, and not when the look did not come', () => {
    const daily = { ...WELL, looked: 0, expected: 24 * 60 * MINUTE }
    expect(judgeHealth({ ...daily, now: 23 * 60 * MINUTE }).live).toBe(true)
    const late = judgeHealth({ ...daily, now: 24 * 60 * MINUTE + 6 * MINUTE })
    expect(late).toMatchObject({ live: false, working: false })
    expect(late.detail).toContain('no look for due feeds came')
  })

  it('whose filing thread says nothing for minutes does not work, and says for how long', () => {
    const mute = judgeHealth({ ...WELL, deskSilence: 3 * MINUTE })
    expect(mute).toMatchObject({ live: false, working: false, storing: true })
    expect(mute.detail).toContain('the thread that files has said nothing for 3 min')
    expect(judgeHealth({ ...WELL, deskSilence: MINUTE }).live).toBe(true)
  })

  it('with a poll that hangs beyond its timeouts does not work, and says for how long', () => {
    const hung = judgeHealth({ ...WELL, oldestPoll: 10 * MINUTE })
    expect(hung).toMatchObject({ live: false, working: false, storing: true })
    expect(hung.detail).toContain('a poll has not come to its end for 10 min')
  })

  it('whose disk is full is not live at once, and works: a restart would not help', () => {
    const trouble = { kind: 'failing', reason: 'no room', ms: 10 } as const
    expect(judgeHealth({ ...WELL, trouble })).toMatchObject({
      live: false,
      working: true,
      storing: false,
      fault: 'nothing has been stored for 1 s: no room',
    })
  })

  it('that waits for a lock is live for a minute', () => {
    const locked = (ms: number) => judgeHealth({ ...WELL, trouble: { kind: 'locked', reason: 'sqlite3 has it', ms } })
    expect(locked(50_000)).toMatchObject({ live: true, storing: true })
    expect(locked(50_000).detail).toContain('nothing has been stored for 50 s: sqlite3 has it')
    expect(locked(61_000)).toMatchObject({ live: false, working: true, storing: false })
  })

  it('whose database is gone is not live', () => {
    expect(judgeHealth({ ...WELL, lost: 'it was deleted' })).toMatchObject({ live: false, fault: 'it was deleted' })
  })
})
