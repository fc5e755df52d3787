import { describe, expect, it } from 'vitest'
import { collectGarbage, Rest } from '../../src/desk/heap.ts'

describe('memory of a thread', () => {
  it('is collected when it is asked for', async () => {
    const held = new WeakRef({ big: new Array(1_000).fill('x') })
    // A WeakRef holds its target until the turn that made it is over.
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
    expect(held.deref()).toBeUndefined()
  })

  it('is given back once after each spell of work, and at most once a minute', () => {
    const given: number[] = []
    let second = 0
    const rest = new Rest(() => given.push(second))
    const until = (end: number): void => {
      for (; second < end; second++) rest.beat()
    }
    until(30)
    rest.worked()
    until(100)
    until(200)
    rest.worked()
    until(300)
    expect(given).toEqual([3, 63, 203])
  })

  it('is not given back amid work', () => {
    let given = 0
    const rest = new Rest(() => given++)
    for (let second = 0; second < 200; second++) {
      rest.worked()
      rest.beat()
    }
    expect(given).toBe(0)
  })
})
