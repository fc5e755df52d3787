// Runs the real command as a user would, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const bin = fileURLToPath(new URL('../../bin/minwal.js', import.meta.url))

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A running command; `ended` resolves when it has ended and all its output is read. */
export interface Running {
  child: ChildProcess
  ended: Promise<Ended>
  /** All it has written to standard error so far. */
  stderr(): string
  stdout(): string
}

/** Start `minwal ARGS`, or the program named in `program`. */
export function start(
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string; cwd?: string; program?: string } = {},
): Running {
  const child = spawn(process.execPath, [options.program ?? bin, ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', TZ: 'UTC', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {
    // A command that does not read its input closes it.
  })
  child.stdin.end(options.input ?? '')
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended, stderr: () => stderr, stdout: () => stdout }
}

/** Run `minwal ARGS` to its end. */
export function minwal(args: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<Ended> {
  return start(args, options).ended
}
