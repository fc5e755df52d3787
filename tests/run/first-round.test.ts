import { describe, expect, it } from 'vitest'
import { FirstRound } from '../../src/run/roles/first-round.ts'

const due = (id: number, lastPoll: number | null) => ({ id, lastPoll })

describe('the first round of a desk whose feeds others poll', () => {
  it('is over when each feed that was due has been polled, though it may be due again', () => {
    const round = new FirstRound()
    expect(round.isOver).toBe(false)
    round.asked([due(1, null), due(2, 50), due(3, null)])
    expect(round.isOver).toBe(false)
    // The first is due no more, the third was polled and is due again; a fourth has come.
    round.asked([due(2, 50), due(3, 70), due(4, null)])
    expect(round.isOver).toBe(false)
    round.asked([due(2, 80), due(4, null)])
    expect(round.isOver).toBe(true)
    round.asked([due(5, null)])
    expect(round.isOver).toBe(true)
  })

  it('is over at once where nothing was due', () => {
    const round = new FirstRound()
    round.asked([])
    expect(round.isOver).toBe(true)
  })
})
