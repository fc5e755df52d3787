// Runs a program of the user that gives texts vectors: one line of JSON in for each text, one out.
import type { ChildProcess } from 'node:child_process'
import type { Millis } from '../model/units.ts'
import { oneLine, readVector, type VectorSource } from './source.ts'

const LONGEST_LINE = 200_000

/**
 * Start `command` (a program and its arguments, no shell) and keep it running. It reads `{"text": "…"}` a line and must answer
 * each, in order, with a JSON array of numbers, `null`, or `{"error": "…"}`, on a line. Asking rejects where it ends, says
 * nothing for as long as `patience`, takes ten times that for all, or answers anything else; it is to be stopped then.
 */
export function startProgram([program = '', ...given]: readonly string[], patience: Millis): VectorSource {
  // Loaded when there is an encoder.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { createInterface } = process.getBuiltinModule('node:readline')
  const child: ChildProcess = spawn(program, given, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: { resolve: (vector: readonly number[] | null) => void; reject: (error: Error) => void }[] = []
  let broken: Error | null = null
  let heard = (): void => {}
  const fail = (error: Error): void => {
    broken ??= error
    for (const { reject } of waiting.splice(0)) reject(broken)
  }
  child.on('error', error => {
    const code = 'code' in error ? String(error.code) : error.message
    fail(new Error(`${program} could not be started (${code})`))
  })
  child.on('exit', (code, signal) => fail(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
  child.stdin?.on('error', fail)
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', line => {
      const next = waiting.shift()
      if (!next) return fail(new Error('it answered more lines than it was asked'))
      heard()
      const answer = readAnswer(line)
      if (answer instanceof Error) next.reject(answer)
      else next.resolve(answer)
    })
  }
  return {
    ask: async texts => {
      if (broken) throw broken
      const answers = texts.map(
        () =>
          new Promise<readonly number[] | null>((resolve, reject) => {
            waiting.push({ resolve, reject })
          }),
      )
      const all = Promise.all(answers)
      const seconds = patience / 1_000
      const silence = setTimeout(() => fail(new Error(`no answer within ${seconds} s`)), patience)
      const whole = setTimeout(
        () => fail(new Error(`${texts.length} texts took longer than ${seconds * 10} s`)),
        patience * 10,
      )
      heard = () => void silence.refresh()
      child.stdin?.write(texts.map(text => `${JSON.stringify({ text })}\n`).join(''))
      try {
        return await all
      } finally {
        clearTimeout(silence)
        clearTimeout(whole)
      }
    },
    stop: () => {
      fail(new Error('it was stopped'))
      child.kill()
    },
  }
}

/** What a line answers: a vector, null where it says so, or what is wrong. */
function readAnswer(line: string): readonly number[] | null | Error {
  const nonsense = new Error(`it answered ${JSON.stringify(line.slice(0, 60))}, which is no JSON array of numbers`)
  if (line.length > LONGEST_LINE) return nonsense
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return nonsense
  }
  if (value === null) return null
  if (!Array.isArray(value)) {
    const reason: unknown = typeof value === 'object' ? Reflect.get(value, 'error') : undefined
    return typeof reason === 'string' ? new Error(oneLine(reason)) : nonsense
  }
  const vector = readVector(value)
  if (!(vector instanceof Error)) return vector
  return value.length > 0 && value.every(Number.isFinite) ? new Error(`it answered ${vector.message}`) : nonsense
}
