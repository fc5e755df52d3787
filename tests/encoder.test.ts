// A user's own encoder, as a real program.
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandEncoder } from '../src/encoder.ts'
import type { Log } from '../src/log.ts'

const script = fileURLToPath(new URL('fixtures/encoder.mjs', import.meta.url))

function encoder(command = [process.execPath, script], patience?: number) {
  const warnings: string[] = []
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (_, fields) => void warnings.push(String(fields?.['reason'])),
    error: () => {},
  }
  const made = commandEncoder(command, log, patience)
  onTestFinished(() => made.close())
  return { encode: made.encode, warnings }
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
    ['does not answer', 'silence', /no answer within 0.3 s/],
  ])('that %s is done without, and the user is told', async (_, text, reason) => {
    const { encode, warnings } = encoder(undefined, 300)
    expect(await encode(['The dam', text])).toEqual([null, null])
    expect(warnings).toEqual([expect.stringMatching(reason)])
    // It is left alone for a while: news does not wait for it.
    expect(await encode(['The dam'])).toEqual([null])
    expect(warnings).toHaveLength(1)
  })

  it('that cannot be started is done without', async () => {
    const { encode, warnings } = encoder(['/no/such/program'])
    expect(await encode(['The dam'])).toEqual([null])
    expect(warnings).toEqual([expect.stringMatching(/ENOENT/)])
  })
})
