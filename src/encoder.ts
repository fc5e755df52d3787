// Sentence vectors from a program of the user's own: one line of JSON in for each text, one out. Minwal brings no model; who
// has one says in the configuration how it is run. When it fails, threads are told by their words alone, as without it.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { Log } from './log.ts'
import type { Millis } from './model.ts'

/** Gives texts a vector each; null where it could not. Never rejects. */
export interface SentenceEncoder {
  encode(texts: readonly string[]): Promise<(readonly number[] | null)[]>
  close(): void
}

/** Characters of a text that are handed over. */
const TEXT_LENGTH = 2_000
const LONGEST_VECTOR = 4_096
const LONGEST_LINE = 200_000
/** A program that says nothing for so long is ended, and started anew for the next texts. */
const PATIENCE: Millis = 60_000
/** Unchanged entries come again at every poll. */
const REMEMBERED = 20_000
/** After a failure the program is left alone for this long. */
const REST: Millis = 60_000

/**
 * An encoder that runs `command` (a program and its arguments, no shell) and keeps it running. It reads
 * `{"text": "…"}` a line and must answer each, in order, with a JSON array of numbers, or `null`, on a line.
 */
export function commandEncoder(command: readonly string[], log: Log, patience: Millis = PATIENCE): SentenceEncoder {
  let running: Running | null = null
  let rest = 0
  let queue: Promise<unknown> = Promise.resolve()
  const remembered = new Map<string, readonly number[]>()

  const ask = async (texts: readonly string[]): Promise<(readonly number[] | null)[]> => {
    if (texts.length === 0) return []
    if (Date.now() < rest) return texts.map(() => null)
    try {
      running ??= start(command)
      return await running.ask(texts, patience)
    } catch (error) {
      running?.stop()
      running = null
      rest = Date.now() + REST
      const reason = error instanceof Error ? error.message : String(error)
      log.warn('the encoder failed: threads are told by their words alone', { command: command[0] ?? '', reason })
      return texts.map(() => null)
    }
  }

  return {
    encode: texts => {
      const keys = texts.map(text => createHash('sha256').update(text).digest('base64'))
      const answer = queue.then(async () => {
        const missing = [...new Set(keys)].filter(key => !remembered.has(key))
        const got = await ask(missing.map(key => texts[keys.indexOf(key)]?.slice(0, TEXT_LENGTH) ?? ''))
        if (remembered.size + missing.length > REMEMBERED) remembered.clear()
        const now = new Map(missing.map((key, at) => [key, got[at] ?? null]))
        for (const [key, vector] of now) if (vector !== null) remembered.set(key, vector)
        return keys.map(key => now.get(key) ?? remembered.get(key) ?? null)
      })
      queue = answer
      return answer
    },
    close: () => {
      running?.stop()
      running = null
    },
  }
}

interface Running {
  ask(texts: readonly string[], patience: Millis): Promise<(readonly number[] | null)[]>
  stop(): void
}

function start([program = '', ...given]: readonly string[]): Running {
  const child: ChildProcess = spawn(program, given, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: { resolve: (vector: readonly number[] | null) => void; reject: (error: Error) => void }[] = []
  let broken: Error | null = null
  const fail = (error: Error): void => {
    broken ??= error
    for (const { reject } of waiting.splice(0)) reject(broken)
  }
  child.on('error', fail)
  child.on('exit', (code, signal) => fail(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
  child.stdin?.on('error', fail)
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', line => {
      const next = waiting.shift()
      const vector = readVector(line)
      if (!next) fail(new Error('it answered more lines than it was asked'))
      else if (vector === undefined) {
        next.reject(new Error(`it answered ${JSON.stringify(line.slice(0, 60))}, which is no JSON array of numbers`))
      } else next.resolve(vector)
    })
  }
  return {
    ask: async (texts, patience) => {
      if (broken) throw broken
      const answers = texts.map(
        () =>
          new Promise<readonly number[] | null>((resolve, reject) => {
            waiting.push({ resolve, reject })
          }),
      )
      const all = Promise.all(answers)
      const timer = setTimeout(() => fail(new Error(`no answer within ${patience / 1_000} s`)), patience)
      child.stdin?.write(texts.map(text => `${JSON.stringify({ text })}\n`).join(''))
      try {
        return await all
      } finally {
        clearTimeout(timer)
      }
    },
    stop: () => void child.kill(),
  }
}

/** A line as a vector; null where it says so; undefined where it is neither. */
function readVector(line: string): readonly number[] | null | undefined {
  if (line.length > LONGEST_LINE) return undefined
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (value === null) return null
  if (!Array.isArray(value) || value.length === 0 || value.length > LONGEST_VECTOR) return undefined
  return value.every(part => typeof part === 'number' && Number.isFinite(part)) ? (value as number[]) : undefined
}
