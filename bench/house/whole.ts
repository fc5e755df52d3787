// Whole processes as bench/house.ts measures them: on named cores, with their time, processor time and memory.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const canPin = spawnSync('taskset', ['--version']).status === 0 && availableParallelism() > 1

/** Cores to run on, as `taskset -c` takes them: feeds are served on 0, what is measured runs on 1. */
export type Cores = '0' | '1' | '0,1'

/** How often memory is looked at: a look takes the kernel some milliseconds of the process that is looked at. */
const SAMPLE_MS = 150

export interface Used {
  stdout: string
  /** From the start of the process to its end. */
  seconds: number
  /** Of all threads, in user and kernel mode. */
  cpuSeconds: number
  /** Most proportional set size (PSS) seen, in MB (10^6 bytes); 0 where memory was not looked at. */
  peakPssMB: number
}

/** The benches' own process stays off the core that is measured on. */
export function stayOnCoreZero(): void {
  if (canPin) spawnSync('taskset', ['-pc', '0', String(process.pid)])
}

export function hasWrk(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined
}

/** Start a Node program on cores. `imports` are modules loaded before it, in each of its threads. */
export function startNode(
  args: readonly string[],
  options: { cores: Cores; imports?: readonly string[]; env?: Record<string, string>; flags?: readonly string[] },
): { child: ChildProcess; ended: Promise<number | null>; stdout: () => string } {
  const imports = (options.imports ?? []).flatMap(module => ['--import', module])
  const line = [process.execPath, ...(options.flags ?? []), ...imports, ...args]
  const [program = '', ...rest] = canPin ? ['taskset', '-c', options.cores, ...line] : line
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code))
  })
  return { child, ended, stdout: () => stdout }
}

// Written by the process itself at its very end, to a pipe of its own.
const TELL = `import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  writeSync(3, String((user + system) / 1e6))
})`

/** Run a Node program to its end. Throws where it fails or takes longer than `limit` seconds. */
export async function runNode(
  args: readonly string[],
  options: { cores: Cores; limit: number; memory?: boolean; imports?: readonly string[]; env?: Record<string, string> },
): Promise<Used> {
  const started = performance.now()
  const tell = `data:text/javascript,${encodeURIComponent(TELL)}`
  const { child, ended, stdout } = startNode(args, { ...options, imports: [tell, ...(options.imports ?? [])] })
  let told = ''
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), options.limit * 1_000)
  let peakPssMB = 0
  let over = false
  const watching = (async () => {
    while (options.memory && !over) {
      peakPssMB = Math.max(peakPssMB, pssMB(child.pid ?? 0))
      await pause(SAMPLE_MS)
    }
  })()
  const code = await ended
  const seconds = (performance.now() - started) / 1_000
  over = true
  clearTimeout(timer)
  await watching
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? `a signal, maybe after ${options.limit} s`}`)
  return { stdout: stdout(), seconds, cpuSeconds: Number(told), peakPssMB }
}

/** The process and those it started. */
function family(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(family)]
  } catch {
    // It ended meanwhile, or this is not Linux.
    return []
  }
}

/** Proportional set size of a process with its children, in MB (10^6 bytes); 0 where the system does not tell. */
export function pssMB(pid: number): number {
  return family(pid).reduce((sum, one) => {
    try {
      const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1]
      return sum + (Number(kilobytes ?? 0) * 1_024) / 1e6
    } catch {
      return sum
    }
  }, 0)
}

/** Processor seconds of a process so far; 0 where the system does not tell. */
export function processorSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    // Fields 14 and 15 of proc_pid_stat(5), in ticks of a hundredth of a second.
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

/** Wait until something holds, at most `seconds`. Throws, naming it, where it does not. */
export async function until(what: string, seconds: number, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${seconds} s still not: ${what}`)
    await pause(20)
  }
}

/** Wait until a process has used less than a fiftieth of a core for three seconds on end. */
export async function untilQuiet(pid: number, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1_000
  for (let quiet = 0; quiet < 3; ) {
    if (Date.now() > end) throw new Error(`after ${seconds} s the process is still at work`)
    const before = processorSeconds(pid)
    await pause(1_000)
    quiet = processorSeconds(pid) - before < 0.02 ? quiet + 1 : 0
  }
}

export async function stopped(running: ReturnType<typeof startNode>): Promise<void> {
  running.child.kill('SIGTERM')
  const timer = setTimeout(() => running.child.kill('SIGKILL'), 30_000)
  await running.ended
  clearTimeout(timer)
}

/** The command of a checkout. */
export const commandOf = (checkout: string): string => path.join(checkout, 'bin', 'minwal.js')
