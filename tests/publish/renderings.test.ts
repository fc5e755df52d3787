import { describe, expect, it } from 'vitest'
import { Renderings } from '../../src/publish/renderings.ts'

const here = (): boolean => false

describe('the queue of renderings', () => {
  it('makes one thing at a time, in the order of asking, each in a turn of its own', async () => {
    const turns: (() => void)[] = []
    const queue = new Renderings<string>(work => turns.push(work))
    const made: string[] = []
    const make = (name: string) => () => {
      made.push(name)
      return name
    }
    const answers = [queue.get('a', make('a'), here), queue.get('b', make('b'), here)]
    expect([turns.length, made]).toEqual([1, []])
    turns.shift()?.()
    expect(await answers[0]).toBe('a')
    await Promise.resolve()
    expect(made).toEqual(['a'])
    await new Promise(setImmediate)
    turns.shift()?.()
    expect(await answers[1]).toBe('b')
  })

  it('makes what several ask for at once, once', async () => {
    const queue = new Renderings<number>(setImmediate)
    let made = 0
    const answers = Array.from({ length: 50 }, () => queue.get('same', () => ++made, here))
    expect(new Set(await Promise.all(answers))).toEqual(new Set([1]))
    expect(await queue.get('same', () => ++made, here)).toBe(2)
  })

  it('refuses what comes when too many wait, and takes it when they are done', async () => {
    const queue = new Renderings<number>(setImmediate, 3)
    const first = [1, 2, 3].map(n => queue.get(`${n}`, () => n, here))
    expect(queue.get('4', () => 4, here)).toBeNull()
    expect(await Promise.all(first)).toEqual([1, 2, 3])
    await new Promise(setImmediate)
    expect(await queue.get('4', () => 4, here)).toBe(4)
  })

  it('does not make what nobody waits for any more', async () => {
    const queue = new Renderings<number>(setImmediate)
    let made = 0
    const left = queue.get(
      'left',
      () => ++made,
      () => true,
    )
    expect([await left, made]).toEqual([null, 0])
    const [one, other] = [true, false].map(gone =>
      queue.get(
        'half',
        () => ++made,
        () => gone,
      ),
    )
    expect([await one, await other, made]).toEqual([1, 1, 1])
  })

  it('goes on after a failure, and tells it to all who asked', async () => {
    const queue = new Renderings<number>(setImmediate)
    const broken = [1, 2].map(() =>
      queue.get(
        'broken',
        () => {
          throw new Error('no such page')
        },
        here,
      ),
    )
    for (const answer of broken) await expect(answer).rejects.toThrow('no such page')
    expect(await queue.get('good', () => 7, here)).toBe(7)
  })
})
