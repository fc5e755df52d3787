// Writes that wait while the file cannot be written.
import { describe, expect, it } from 'vitest'
import { Storing, type StoringOptions } from '../../src/desk/storing.ts'
import type { Log } from '../../src/log.ts'

const BUSY = new Error('busy')
const FULL = new Error('full')
const BUG = new Error('bug')

function room(more: Partial<StoringOptions> = {}) {
  const said: string[] = []
  const note = (event: string) => void said.push(event)
  const log: Log = { debug: note, info: note, warn: note, error: note }
  let skipped = 0
  const storing = new Storing({
    log,
    troubleOf: error =>
      error === BUSY ? { kind: 'locked', reason: 'busy' } : error === FULL ? { kind: 'failing', reason: 'full' } : null,
    monotonic: () => performance.now() + skipped,
    ...more,
  })
  return { storing, said, skip: (ms: number) => (skipped += ms) }
}

/** Work that fails so many times, and then gives a value. */
function failing(error: Error, times: number, value: string) {
  let tries = 0
  const work = (): string => {
    if (tries++ < times) throw error
    return value
  }
  return { work, tries: () => tries }
}

describe('a write', () => {
  it('that meets a lock is tried again until it succeeds, and says nothing of a short one', async () => {
    const { storing, said } = room()
    const { work, tries } = failing(BUSY, 3, 'written')
    expect(await storing.write(work)).toBe('written')
    expect(tries()).toBe(4)
    expect(said).toEqual([])
    expect(storing.trouble).toBeNull()
  })

  it('waits for those before it: what was asked for first is written first', async () => {
    const { storing } = room()
    const order: string[] = []
    const { work } = failing(BUSY, 2, 'first')
    const writes = [
      storing.write(() => void order.push(work())),
      storing.write(() => void order.push('second')),
      storing.write(() => void order.push('third')),
    ]
    await Promise.all(writes)
    expect(order).toEqual(['first', 'second', 'third'])
  })

  it('that fails because of the disk is asked for anew only when a probe succeeds', async () => {
    const probes: boolean[] = []
    const { storing, said } = room({
      probe: () => {
        probes.push(probes.length > 0)
        if (probes.length === 1) throw FULL
      },
    })
    const { work, tries } = failing(FULL, 1, 'written')
    let again = 0
    expect(await storing.write(work, async () => void again++)).toBe('written')
    expect({ tries: tries(), again, probes: probes.length }).toEqual({ tries: 2, again: 1, probes: 2 })
    expect(said).toEqual([
      'the database cannot be written: polling rests',
      'the database is written again: polling goes on',
    ])
  })

  it('says a lasting trouble once, and again after ten minutes', async () => {
    const { storing, said, skip } = room()
    let tries = 0
    const work = (): string => {
      if (++tries === 3) skip(6_000)
      if (tries === 6) skip(11 * 60_000)
      if (tries < 8) throw BUSY
      return 'written'
    }
    const writing = storing.write(work)
    expect(storing.trouble).toBeNull()
    expect(await writing).toBe('written')
    expect(said).toEqual([
      'the database cannot be written: polling rests',
      'the database cannot be written: polling rests',
      'the database is written again: polling goes on',
    ])
  })

  it('that has a bug is thrown at once, and the next one goes on', async () => {
    const { storing } = room()
    const { work, tries } = failing(BUG, 9, '')
    await expect(storing.write(work)).rejects.toBe(BUG)
    expect(tries()).toBe(1)
    expect(await storing.write(() => 'next')).toBe('next')
  })

  it('is given up when patience is over, and when the program ends', async () => {
    const reasons: string[] = []
    const { storing, skip } = room({ patience: 1_000, onGivenUp: reason => void reasons.push(reason) })
    const writing = storing.write(() => {
      skip(600)
      throw BUSY
    })
    await expect(writing).rejects.toBe(BUSY)
    expect(reasons).toEqual(['busy'])
    const stopping = new AbortController()
    const other = room({ signal: stopping.signal })
    const endless = other.storing.write(() => {
      throw FULL
    })
    stopping.abort()
    await expect(endless).rejects.toBe(FULL)
  })
})

describe('writes that share a transaction', () => {
  /** A store whose transaction is a list. */
  function shared() {
    const onDisk: string[] = []
    let open: string[] = []
    const calls = { commits: 0, undone: 0, again: 0, fails: [] as unknown[] }
    const take = (name: string, weight = 1) => ({
      work: () => {
        open.push(name)
        if (name === 'bug') {
          open = []
          throw BUG
        }
        return name
      },
      commit: () => {
        calls.commits++
        const failure = calls.fails.shift()
        const done = open
        open = []
        if (failure !== undefined) throw failure
        onDisk.push(...done)
      },
      weight: () => weight,
      undone: () => void calls.undone++,
      again: async () => void calls.again++,
    })
    return { onDisk, calls, take }
  }

  const sharing = { ms: 5_000, entries: 3 }

  it('are committed together, and each resolves when all are on disk', async () => {
    const { onDisk, calls, take } = shared()
    const storing = room({ sharing }).storing
    const done = Promise.all([storing.join(take('one')), storing.join(take('two')), storing.join(take('three'))])
    expect(await done).toEqual(['one', 'two', 'three'])
    expect({ onDisk, commits: calls.commits }).toEqual({ onDisk: ['one', 'two', 'three'], commits: 1 })
  })

  it('are committed when their time is over, before any other write, and when asked for', async () => {
    const { onDisk, take } = shared()
    const storing = room({ sharing: { ms: 1, entries: 100 } }).storing
    expect(await storing.join(take('alone'))).toBe('alone')
    const patient = room({ sharing }).storing
    void patient.join(take('before'))
    expect(onDisk).toEqual(['alone'])
    expect(await patient.write(() => [...onDisk])).toEqual(['alone', 'before'])
    void patient.join(take('asked for'))
    patient.flush()
    expect(onDisk).toEqual(['alone', 'before', 'asked for'])
  })

  it('wait for nobody where they wrote nothing', async () => {
    const { onDisk, take } = shared()
    const storing = room({ sharing }).storing
    void storing.join(take('one'))
    expect(await storing.join(take('nothing', 0))).toBe('nothing')
    expect(onDisk).toEqual([])
    storing.flush()
  })

  it('are tried again, each alone, when one of them has a bug, which is thrown at once', async () => {
    const { onDisk, calls, take } = shared()
    const storing = room({ sharing }).storing
    const others = [storing.join(take('one')), storing.join(take('two'))]
    await expect(storing.join(take('bug'))).rejects.toBe(BUG)
    expect(await Promise.all(others)).toEqual(['one', 'two'])
    expect(onDisk).toEqual(['one', 'two'])
    expect({ undone: calls.undone, again: calls.again }).toEqual({ undone: 2, again: 2 })
  })

  it('are tried again, in their order, when the commit fails', async () => {
    const { onDisk, calls, take } = shared()
    calls.fails.push(BUSY)
    const storing = room({ sharing }).storing
    const done = ['one', 'two', 'three', 'four'].map(name => storing.join(take(name)))
    storing.flush()
    expect(await Promise.all(done)).toEqual(['one', 'two', 'three', 'four'])
    expect(onDisk).toEqual(['one', 'two', 'three', 'four'])
    expect(calls.undone).toBe(3)
  })
})
