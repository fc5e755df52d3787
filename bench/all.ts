// Every bench, one after the other, each in a process of its own: `npm run bench`. The soak runs apart: `npm run soak`.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

for (const bench of ['parse', 'read', 'eval', 'poll', 'load', 'schedule', 'stories']) {
  process.stdout.write(`\n${bench}\n`)
  const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, `${bench}.ts`)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
