// Is anything lost or filed twice when processes are killed at any moment? `node bench/kills.ts [--rounds 100] [--seed N]`
// lives through a world of agencies twice with the real commands, once whole and once with a `kill -9` in every round: of
// `poll`, `run`, `merge`, `split`, and of a `poll` beside `run`. Both must end alike. Exit code 1 where they do not.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import type { Answer } from '../tests/helpers/feed-server.ts'
import { type Lived, live } from '../tests/helpers/kill-world.ts'
import { printJson } from './helpers.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '100' }, seed: { type: 'string', default: '20260105' } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const begins = Date.now() - 86_400_000

async function lived(kill: boolean): Promise<Lived> {
  const where = mkdtempSync(path.join(tmpdir(), 'minwal-kills-'))
  const answers = new Map<string, string | Answer>()
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '/')
    if (typeof answer === 'function') answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await live({ where, server: { origin, answers }, seed, rounds, kill, begins })
  } finally {
    server.close()
    server.closeAllConnections()
    rmSync(where, { recursive: true, force: true })
  }
}

const started = performance.now()
const undisturbed = await lived(false)
const killed = await lived(true)
const alike = isDeepStrictEqual(killed.end, undisturbed.end)
const faults = [...undisturbed.faults, ...killed.faults, ...(alike ? [] : ['the two lives did not end alike'])]
for (const fault of faults) process.stdout.write(`${fault}\n`)
printJson('kills', {
  seed,
  rounds,
  kills: killed.kills,
  halfway: killed.halfway,
  reports: killed.end.reports.length,
  threads: killed.end.threads.length,
  decisions: killed.end.decisions.length,
  alike,
  faults: faults.length,
  seconds: Math.round((performance.now() - started) / 1_000),
})
if (faults.length > 0) process.exitCode = 1
