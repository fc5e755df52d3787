// Runs the real command on a pseudo terminal, which `script` (util-linux) makes, and types into it.
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { root } from './cli.ts'
import { eventually } from './eventually.ts'

export const hasTerminal = spawnSync('script', ['--version']).status === 0

export interface Terminal {
  /** All that was shown so far, without colours and movements. */
  shown(): string
  /** Waits until this is shown, for the first time since the last wait; then types. */
  answer(question: string, typed: string): Promise<void>
  /** The code it ended with. */
  ended: Promise<number | null>
}

/** `minwal ARGS` on a terminal of 200 columns. */
export function onTerminal(...args: string[]): Terminal {
  const command = [process.execPath, join(root, 'bin/minwal.js'), ...args].map(word => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', `stty cols 200 -echo; exec ${command}`, '/dev/null'], {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  child.stdin.on('error', () => {
    // It ended before it read what was typed.
  })
  const shown = (): string => stripVTControlCharacters(out)
  let seen = 0
  return {
    shown,
    answer: async (question, typed) => {
      await eventually(`it asks ${question}`, () => child.exitCode !== null || shown().indexOf(question, seen) >= 0)
      const at = shown().indexOf(question, seen)
      if (at < 0) throw new Error(`it ended without asking ${question}: ${shown()}`)
      seen = at + question.length
      child.stdin.write(typed)
    },
    ended: new Promise(resolve => child.once('close', code => resolve(code))),
  }
}
