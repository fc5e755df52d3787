// `npm run fuzz -- [--documents 100000] [--from 1]`: documents made of seeds, each judged by tests/fuzz/judge.ts. Seeds that
// fail are printed; put them into tests/fuzz/seeds.json, and the suite reads them for ever. Exit code 1 where one fails.
import { parseArgs } from 'node:util'
import { judge } from '../tests/fuzz/judge.ts'
import { printJson } from './helpers.ts'

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '100000' }, from: { type: 'string', default: '1' } },
})
const documents = Number(values.documents)
const from = Number(values.from)
const started = performance.now()
const failed: number[] = []
for (let seed = from; seed < from + documents; seed++) {
  const faults = await judge(seed)
  if (faults.length === 0) continue
  failed.push(seed)
  if (failed.length <= 50) process.stdout.write(`${faults[0]}\n`)
}
const seconds = (performance.now() - started) / 1_000
printJson('fuzz', { documents, from, failed: failed.slice(0, 200), seconds: Math.round(seconds) })
if (failed.length > 0) process.exitCode = 1
