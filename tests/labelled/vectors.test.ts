// Vectors kept beside a labelled set: made by asking a server, read back in 8 bits.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodedText, readVectors, vectorsFile, writeVectors } from '../../bench/labelled-vectors.ts'
import type { EvalItem } from '../../src/run/evaluate.ts'
import { folder } from '../helpers/folder.ts'

const item = (id: string, title: string, text: string | null = null): EvalItem => ({
  id,
  lang: 'en',
  title,
  text,
  source: null,
  url: null,
  published: null,
  story: null,
  thread: null,
})
const ITEMS = [item('a', 'Dam breaks', 'It rained.'), item('b', 'A draw'), item('c', 'Rates held', 'Again.')]
const HEADER = { model: 'small', by: 'a test', prefix: '', numbers: 3 }

const setFile = (items: readonly EvalItem[]): string =>
  path.join(folder({ 'set.jsonl': items.map(one => `${JSON.stringify(one)}\n`).join('') }), 'set.jsonl')

describe('vectors beside a labelled set', () => {
  it('keep the direction of each vector in one byte a number', () => {
    const file = setFile(ITEMS)
    const vectors = [
      [0.5, -0.25, 0],
      [-1e-3, 0, 1e-3],
      [40, 80, -80],
    ]
    writeFileSync(vectorsFile(file), writeVectors(HEADER, ITEMS, vectors))
    const read = readVectors(file, ITEMS)
    expect(read?.header).toEqual(HEADER)
    expect([...(read?.vectors ?? [])]).toEqual([
      ['a', [127, -63, 0]],
      ['b', [-127, 0, 127]],
      ['c', [64, 127, -127]],
    ])
  })

  it('are refused once an item is written anew, and absent where none were made', () => {
    const file = setFile(ITEMS)
    expect(readVectors(file, ITEMS)).toBeNull()
    const vectors = ITEMS.map(() => [1, 2, 3])
    writeFileSync(vectorsFile(file), writeVectors(HEADER, ITEMS, vectors))
    expect(() => readVectors(file, [item('a', 'Dam breaks', 'It rained for days.')])).toThrow(/no vector for a/)
    expect(() => writeVectors(HEADER, ITEMS, [[1, 2]])).toThrow(/no vector of 3 numbers for a/)
  })

  it('are what a server with the embeddings API answers to headline and text, in whatever order', async () => {
    const file = setFile(ITEMS)
    const asked: unknown[] = []
    const server = createServer(async (request, response) => {
      const body = JSON.parse((await request.toArray()).join('')) as { input: string[] }
      asked.push({ url: request.url, body })
      const data = body.input.map((text, index) => ({ index, embedding: [text.length, 0, -100] }))
      response.end(JSON.stringify({ data: data.reverse() }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
      const script = path.join(import.meta.dirname, '..', '..', 'scripts', 'vectors.ts')
      const args = [script, file, '--url', url, '--model', 'small', '--by', 'a test', '--prefix', 'query: ']
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
      expect((await once(child, 'close'))[0]).toBe(0)
    } finally {
      server.close()
    }
    const input = ITEMS.map(one => `query: ${encodedText(one)}`)
    expect(input[0]).toBe('query: Dam breaks\nIt rained.')
    expect(asked).toEqual([{ url: '/v1/embeddings', body: { model: 'small', input } }])
    const read = readVectors(file, ITEMS)
    expect(read?.header).toEqual({ ...HEADER, prefix: 'query: ' })
    expect([...(read?.vectors.values() ?? [])]).toEqual(input.map(text => [Math.round(text.length * 1.27), 0, -127]))
  })
})
