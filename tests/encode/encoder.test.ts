// A user's own encoder, as a real program.
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEncoder, tryEncoder } from '../../src/encode/encoder.ts'
import type { Log } from '../../src/log.ts'

const script = fileURLToPath(new URL('../fixtures/encoder.mjs', import.meta.url))

function encoder(command = [process.execPath, script], patience?: number) {
  const warnings: string[] = []
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (_, fields) => void warnings.push(String(fields?.['reason'])),
    error: () => {},
  }
  const made = createEncoder(command, log, patience)
  onTestFinished(() => made.close())
  return { encode: made.encode, close: made.close, warnings }
}

describe('an encoder', () => {
  it('gives each text its vector, in order, and null where it has none', async () => {
    const { encode, warnings } = encoder()
    expect(await encode(['The dam', 'nothing', 'لعبة شطرنج'])).toEqual([[1, 0, 0], null, [0, 1, 0]])
    expect(await Promise.all([encode(['пекари']), encode(['dam and chess']), encode([])])).toEqual([
      [[0, 0, 1]],
      [[1, 1, 0]],
      [],
    ])
    expect(warnings).toEqual([])
  })

  it.each([
    ['ends', 'crash', /ended with exit code 3/],
    ['answers no vector', 'nonsense', /no JSON array of numbers/],
    ['says what is wrong', 'sorry', /^no memory left$/],
    ['gives more numbers than are kept', 'endless', /1025 numbers for a text: 1024 are the most/],
    ['does not answer', 'silence', /no answer within 0.3 s/],
  ])('that %s is done without, and the user is told', async (_, text, reason) => {
    const { encode, warnings } = encoder(undefined, text === 'silence' ? 300 : 30_000)
    expect(await encode(['The dam', text])).toEqual([null, null])
    expect(warnings).toEqual([expect.stringMatching(reason)])
    // It is left alone for a while: news does not wait for it.
    expect(await encode(['The dam'])).toEqual([null])
    expect(warnings).toHaveLength(1)
  })

  it('that cannot be started is done without', async () => {
    const { encode, warnings } = encoder(['/no/such/program'])
    expect(await encode(['The dam'])).toEqual([null])
    expect(warnings).toEqual(['/no/such/program could not be started (ENOENT)'])
  })

  it('is not asked again for a text it has encoded, nor twice for one that stands twice', async () => {
    const { encode } = encoder()
    expect(await encode(['count', 'count', 'count more'])).toEqual([
      [1, 5],
      [1, 5],
      [2, 10],
    ])
    expect(await encode(['count more', 'count most'])).toEqual([
      [2, 10],
      [3, 10],
    ])
  })

  it('is given the beginning of a long text', async () => {
    const { encode } = encoder()
    expect(await encode([`count ${'x'.repeat(50_000)}`])).toEqual([[1, 2_000]])
  })

  it('that is closed at work is done without, and nobody is warned', async () => {
    const { encode, close, warnings } = encoder()
    await encode(['The dam'])
    const pending = encode(['silence'])
    // By the next turn it has been asked.
    await Promise.resolve()
    close()
    expect(await pending).toEqual([null])
    expect(await encode(['chess'])).toEqual([null])
    expect(warnings).toEqual([])
  })

  it('can be tried: it says how many numbers a text gets, or why none', async () => {
    expect(await tryEncoder([process.execPath, script])).toEqual({ ok: true, value: 3 })
    expect(await tryEncoder(['/no/such/program'])).toEqual({
      ok: false,
      reason: '/no/such/program could not be started (ENOENT)',
    })
  })
})
