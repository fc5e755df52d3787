// A sentence model on the disk: a real one, tiny and made here, in the package that runs the large ones.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createEncoder, encoderFault, tryEncoder } from '../../src/encode/encoder.ts'
import { silent } from '../../src/log.ts'
import type { LocalModel } from '../../src/model/config.ts'
import type { TinyModel } from '../helpers/tiny-model.ts'
import { writeTinyModel } from '../helpers/tiny-model.ts'
import { hasTransformers, isInstalledWithMinwal, modelFolder } from '../helpers/transformers.ts'

const TINY: TinyModel = {
  words: { dam: [1, 0], reservoir: [1, 0], سد: [1, 0], chess: [0, 1], query: [-2, 0], ':': [-2, 0] },
}
const settings = (model: string, more: Partial<LocalModel> = {}): LocalModel => ({
  model,
  pooling: 'mean',
  prefix: '',
  ...more,
})

function encoder(given: LocalModel) {
  const warnings: string[] = []
  const log = {
    ...silent,
    warn: (_: string, fields?: object) => void warnings.push(Reflect.get(fields ?? {}, 'reason')),
  }
  const made = createEncoder(given, log)
  onTestFinished(() => made.close())
  return { encode: made.encode, warnings }
}

const noNetwork = fileURLToPath(new URL('../fixtures/no-network.cjs', import.meta.url))

describe.skipIf(!hasTransformers)('a local model', { timeout: 60_000 }, () => {
  it('gives texts that mean the same the same vector, in order, and none to a text it knows no word of', async () => {
    const { encode, warnings } = encoder(settings(modelFolder(TINY)))
    expect(await encode(['A dam', 'An old reservoir', 'Unheard of', 'سد', 'Chess', 'dam, dam, chess', ''])).toEqual([
      [1, 0],
      [1, 0],
      null,
      [1, 0],
      [0, 1],
      [0.89443, 0.44721].map(Math.fround),
      null,
    ])
    expect(warnings).toEqual([])
  })

  it('is run in its quantized form where both are there', async () => {
    const model = modelFolder(TINY)
    writeTinyModel(model, { ...TINY, words: { dam: [0, 1] }, file: 'model_quantized.onnx' })
    expect(await encoder(settings(model)).encode(['dam'])).toEqual([[0, 1]])
  })

  it('reads as much of a text as it has positions for, where its tokenizer names no limit', async () => {
    const model = modelFolder({ ...TINY, longest: 3 })
    const tokenizer = join(model, 'tokenizer_config.json')
    const { model_max_length: _, ...rest } = JSON.parse(readFileSync(tokenizer, 'utf8')) as Record<string, unknown>
    writeFileSync(tokenizer, JSON.stringify(rest))
    const text = 'a dam here chess chess'
    expect(await encoder(settings(model)).encode([text])).toEqual([[1, 0]])
    expect(await encoder(settings(modelFolder(TINY))).encode([text])).not.toEqual([[1, 0]])
  })

  it('reads a prefix before each text, and can be asked for its first vector', async () => {
    const model = modelFolder(TINY)
    const texts = ['chess dam dam dam']
    expect(await encoder(settings(model, { prefix: 'query: ' })).encode(['dam'])).toEqual([[-1, 0]])
    expect(await encoder(settings(model, { pooling: 'cls' })).encode(texts)).toEqual([[0, 1]])
    expect(await encoder(settings(model)).encode(texts)).not.toEqual([[0, 1]])
  })

  it('reaches for no network', async () => {
    const ask = spawnSync(process.execPath, ['--require', noNetwork, '-e', 'fetch("http://127.0.0.1:1/")'])
    expect(ask.status).toBe(9)
    vi.stubEnv('NODE_OPTIONS', `--require=${noNetwork}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await tryEncoder(settings(modelFolder(TINY)))).toEqual({ ok: true, value: 2 })
  })

  it.each([
    ['weights', 'onnx/model.onnx', /^the model could not be loaded: .*model\.onnx failed: ?Protobuf parsing failed/],
    ['tokenizer', 'tokenizer.json', /^the model could not be loaded: \/.*\/tokenizer\.json cannot be read: .*JSON/],
    ['configuration', 'config.json', /^the model could not be loaded: \/.*\/config\.json cannot be read: .*JSON/],
  ])('whose %s are cut off is done without, and the user is told', async (_, file, reason) => {
    const model = modelFolder(TINY)
    truncateSync(join(model, file), 40)
    const { encode, warnings } = encoder(settings(model))
    expect(await encode(['dam', 'chess'])).toEqual([null, null])
    expect(warnings).toEqual([expect.stringMatching(reason)])
    expect(warnings[0]).not.toMatch(/\n|\bat \S+ \(|node_modules/)
  })
})

describe('before a local model is started', () => {
  it('its folder must be there', () => {
    expect(encoderFault(settings('/no/such/model'))).toBe(
      'the folder /no/such/model does not exist: put a model there that is made for @huggingface/transformers',
    )
  })

  it('its files must be there', () => {
    const model = modelFolder(TINY, { withPackage: false })
    rmSync(join(model, 'tokenizer.json'))
    rmSync(join(model, 'onnx', 'model.onnx'))
    expect(encoderFault(settings(model))).toBe(
      `${model} has no tokenizer.json, no onnx/model_quantized.onnx or onnx/model.onnx: put all files of a model there that is made for @huggingface/transformers`,
    )
  })

  it.skipIf(isInstalledWithMinwal)('the package that runs it must be installed', async () => {
    const model = settings(modelFolder(TINY, { withPackage: false }))
    const fault = encoderFault(model)
    expect(fault).toMatch(
      /needs the package @huggingface\/transformers, .* run `npm install --ignore-scripts @huggingface\/transformers`/,
    )
    expect(await tryEncoder(model)).toEqual({ ok: false, reason: `the model could not be loaded: ${fault}` })
  })

  it('a program is not looked at', () => {
    expect(encoderFault(['/no/such/program'])).toBeNull()
  })
})
