import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { collectGarbage, heapLimit, Rest } from '../../src/desk/heap.ts'

const GB = 2 ** 30

describe('memory of the desk', () => {
  it.each([
    ['4 GB on a small machine', 2 * GB, 0, 4_096],
    ['more than half of a large machine', 64 * GB, 0, 39_321],
    ['more than half of what its control group allows', 64 * GB, 16 * GB, 9_830],
    ['no more than the machine has, whatever is allowed', 16 * GB, 2 ** 63, 9_830],
  ])('may be %s', (_, total, allowed, limit) => {
    expect(heapLimit(total, allowed)).toBe(limit)
  })
})

describe('memory of a thread', () => {
  it('is collected when it is asked for', async () => {
    const held = new WeakRef({ big: new Array(1_000).fill('x') })
    // A WeakRef holds its target until the turn that made it is over.
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
    expect(held.deref()).toBeUndefined()
  })

  it('is collected by several threads at once, none of which ends of it', async () => {
    const program = `import(${JSON.stringify(new URL('../../src/desk/heap.ts', import.meta.url).href)}).then(({ collectGarbage }) => {
      for (let n = 0; n < 30; n++) collectGarbage()
    })`
    const ends = Array.from({ length: 3 }, () => {
      const worker = new Worker(program, { eval: true })
      return new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))
    })
    expect(await Promise.all(ends)).toEqual([0, 0, 0])
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
