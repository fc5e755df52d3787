// A user's own encoder, as a real program.
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEncoder } from '../../src/encode/encoder.ts'
import { tryEncoder } from '../../src/encode/try.ts'
import { silent } from '../../src/log.ts'

const script = fileURLToPath(new URL('../fixtures/encoder.mjs', import.meta.url))
const asker = (): never => {
  throw new Error('a program asks no server')
}

function encoder(command = [process.execPath, script], patience = 30_000) {
  const warnings: string[] = []
  const log = {
    ...silent,
    warn: (_: string, fields?: object) => void warnings.push(Reflect.get(fields ?? {}, 'reason')),
  }
  const made = createEncoder(command, { log, asker, patience })
  onTestFinished(() => made.close())
  return { made, vectors: async (texts: string[]) => vectorsOf(await made.encode(texts)), warnings }
}

const vectorsOf = (got: Awaited<ReturnType<ReturnType<typeof createEncoder>['encode']>>) =>
  got.ok ? got.value.vectors : got.reason

describe('a program that encodes', () => {
  it('gives each text its vector, in order, and null where it has none', async () => {
    const { vectors, warnings } = encoder()
    expect(await vectors(['The dam', 'nothing', 'لعبة شطرنج'])).toEqual([[1, 0, 0], null, [0, 1, 0]])
    expect(await Promise.all([vectors(['пекари']), vectors(['dam and chess']), vectors([])])).toEqual([
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
    ['gives vectors of several lengths', 'count', /vectors of 3 and 2 numbers/],
    ['does not answer', 'silence', /no answer within 0.3 s/],
  ])('and %s is left alone for a while, and the user is told', async (_, text, reason) => {
    const { made, vectors, warnings } = encoder(undefined, text === 'silence' ? 300 : 30_000)
    expect(await vectors(['The dam', text])).toMatch(reason)
    expect(warnings).toEqual([expect.stringMatching(reason)])
    expect(made.restsFor).toBeGreaterThan(50_000)
    expect(await vectors(['The dam'])).toMatch(/left alone/)
    expect(warnings).toHaveLength(1)
  })

  it('and cannot be started is told of', async () => {
    const { vectors, warnings } = encoder(['/no/such/program'])
    expect(await vectors(['The dam'])).toBe('/no/such/program could not be started (ENOENT)')
    expect(warnings).toEqual(['/no/such/program could not be started (ENOENT)'])
  })

  it('and is closed at work gives up, and nobody is warned', async () => {
    const { made, vectors, warnings } = encoder()
    await vectors(['The dam'])
    const pending = vectors(['silence'])
    made.close()
    expect(await pending).toBe('it was stopped')
    expect(await vectors(['chess'])).toBe('the encoder was closed')
    expect(warnings).toEqual([])
  })

  it('is known by its command and by what it says to a few sentences', async () => {
    const [one, other] = [encoder(), encoder([process.execPath, script, '/dev/null'])]
    const [model, another] = [await one.made.model(), await other.made.model()]
    if (!model.ok || !another.ok) throw new Error('no model')
    expect(model.value.probes).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ])
    expect(another.value.probes).toEqual(model.value.probes)
    expect(another.value.name).not.toBe(model.value.name)
  })

  it('can be tried: how many numbers a text gets, which languages it knows, or why none', async () => {
    expect(await tryEncoder([process.execPath, script], ['en', 'uz'], { asker })).toEqual({
      ok: true,
      value: { numbers: 3, textsPerSecond: expect.any(Number), languages: { en: false, uz: null } },
    })
    expect(await tryEncoder(['/no/such/program'], [], { asker })).toEqual({
      ok: false,
      reason: '/no/such/program could not be started (ENOENT)',
    })
  })
})
