// Every bench, one after the other, each in a process of its own: `npm run bench`. The soak runs apart: `npm run soak`.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

// `house` runs `parse` and `stories` too.
for (const [bench = '', ...args] of [['house', 'all'], ['read'], ['eval'], ['load'], ['schedule']]) {
  process.stdout.write(`\n${bench}\n`)
  const script = path.join(import.meta.dirname, `${bench}.ts`)
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
