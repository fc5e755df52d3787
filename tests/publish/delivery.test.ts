import { describe, expect, it } from 'vitest'
import { Memory, Prepared, type Rendering } from '../../src/publish/delivery.ts'

const rendering = (body: string, status = 200): Rendering => ({
  status,
  contentType: 'text/plain',
  body,
  lastModified: null,
  cacheControl: 'no-cache',
  headers: {},
})

/** A memory that counts how often something had to be made. */
function counted(entries: number, bytes: number) {
  const memory = new Memory(entries, bytes)
  let made = 0
  const get = (key: string, body = key, status = 200, state: unknown[] = [1]) => {
    memory.get(state, key, () => {
      made++
      return new Prepared(rendering(body, status))
    })
    memory.trim()
    return made
  }
  return get
}

describe('the memory of renderings', () => {
  it('forgets what was asked for longest ago when it has too many', () => {
    const get = counted(2, 1_000_000)
    expect([get('a'), get('b'), get('a'), get('c'), get('a'), get('b')]).toEqual([1, 2, 2, 3, 3, 4])
  })

  it('forgets when it holds too many bytes, and never keeps what alone is too large', () => {
    const get = counted(100, 1000)
    expect([get('a', 'x'.repeat(400)), get('b', 'x'.repeat(400)), get('b'), get('a')]).toEqual([1, 2, 2, 3])
    expect([get('large', 'x'.repeat(5000)), get('large', 'x'.repeat(5000))]).toEqual([4, 5])
  })

  it('keeps no failure, so that visitors cannot fill it with addresses that lead nowhere', () => {
    const get = counted(100, 1000)
    expect([get('/nope', 'no', 404), get('/nope', 'no', 404)]).toEqual([1, 2])
  })

  it('forgets everything when the state changes', () => {
    const get = counted(100, 1000)
    expect([get('a', 'a', 200, [1, 'x']), get('a', 'a', 200, [1, 'x']), get('a', 'a', 200, [2, 'x'])]).toEqual([
      1, 1, 2,
    ])
  })
})
