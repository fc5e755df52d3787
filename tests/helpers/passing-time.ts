// Time that passes when a test says so, for the processes it starts: what waits a minute by a clock is not waited for.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folder } from './folder.ts'

const clock = fileURLToPath(new URL('skewed-clock.cjs', import.meta.url))

export interface PassingTime {
  /** For the environment of a process whose clocks these are. */
  environment: Record<string, string>
  /** So many more seconds have passed. */
  pass(seconds: number): void
}

export function passingTime(): PassingTime {
  const file = join(folder(), 'passed')
  let passed = 0
  const pass = (seconds: number): void => {
    passed += seconds
    // At once: a file that is being written is empty.
    writeFileSync(`${file}.new`, String(passed))
    renameSync(`${file}.new`, file)
  }
  pass(0)
  return { environment: { NODE_OPTIONS: `--require ${clock}`, MINWAL_TEST_PASSED: file }, pass }
}
