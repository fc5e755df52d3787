// Vectors of a labelled set, kept beside it in 8 bits a number: SET.vectors.jsonl. The first line is a header, each further
// line an item: its id, the digest of the text that was encoded, and the vector's direction as base64 of signed bytes.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { EvalItem, Vectors } from '../src/run/evaluate.ts'

export interface VectorsHeader {
  /** As the server names the model. */
  model: string
  /** The program that made them, with its version. */
  by: string
  /** What was written before each text. Empty where the server writes it by itself. */
  prefix: string
  /** Numbers a vector. */
  numbers: number
}

interface Row {
  id: string
  text: string
  vector: string
}

/** Characters of headline and text that are encoded. */
const ENCODED = 300
const DIGEST_LENGTH = 12

/** `dir/general.jsonl` has its vectors in `dir/general.vectors.jsonl`. */
export const vectorsFile = (set: string): string => set.replace(/\.jsonl$/, '.vectors.jsonl')

export const encodedText = ({ title, text }: EvalItem): string =>
  `${title.slice(0, ENCODED)}\n${(text ?? '').slice(0, ENCODED)}`.trim()

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH)

/** The largest number of the vector becomes 127 or -127. Its length is not kept. */
function packed(vector: readonly number[]): string {
  const largest = Math.max(...vector.map(Math.abs))
  if (!(largest > 0)) throw new Error('a vector without a direction')
  return Buffer.from(Int8Array.from(vector, value => Math.round((value / largest) * 127)).buffer).toString('base64')
}

/** The file's text. `vectors` are those of `items`, in their order. */
export function writeVectors(
  header: VectorsHeader,
  items: readonly EvalItem[],
  vectors: readonly (readonly number[])[],
): string {
  const rows = items.map((item, at): Row => {
    const vector = vectors[at]
    if (vector?.length !== header.numbers) throw new Error(`no vector of ${header.numbers} numbers for ${item.id}`)
    return { id: item.id, text: digest(encodedText(item)), vector: packed(vector) }
  })
  return [header, ...rows].map(row => `${JSON.stringify(row)}\n`).join('')
}

/**
 * The vectors beside a set, by item; null where there is no such file. Throws where an item has none, or has been written
 * anew since.
 */
export function readVectors(
  set: string,
  items: readonly EvalItem[],
): { header: VectorsHeader; vectors: Vectors } | null {
  const file = vectorsFile(set)
  if (!existsSync(file)) return null
  const [first, ...rest] = readFileSync(file, 'utf8').trim().split('\n')
  const header = JSON.parse(first ?? '') as VectorsHeader
  const rows = new Map(rest.map(line => JSON.parse(line) as Row).map(row => [row.id, row]))
  const vectors = new Map<string, readonly number[]>()
  for (const item of items) {
    const row = rows.get(item.id)
    if (row?.text !== digest(encodedText(item))) {
      throw new Error(
        `${file} has no vector for ${item.id} as it is written now: make it again with scripts/vectors.ts`,
      )
    }
    const vector = [...new Int8Array(Buffer.from(row.vector, 'base64'))]
    if (vector.length !== header.numbers) throw new Error(`${file}: ${vector.length} numbers for ${item.id}`)
    vectors.set(item.id, vector)
  }
  return { header, vectors }
}
