// Does the API hold against whatever can be asked of it? Schemathesis (PyPI) makes thousands of requests from the OpenAPI
// document, right and wrong, and holds each answer to it: no 5xx, no status or type that is not documented, no answer that breaks
// its schema.
//
//   node bench/api.ts [--requests 10000]
//
// Prints one JSON line and what was found; the exit code is 1 where something was. Skips, saying so, where Schemathesis cannot be
// had.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openApiServer } from '../tests/helpers/api.ts'
import { installSchemathesis, trySchemathesis } from '../tests/helpers/schemathesis.ts'
import { printJson, skipped } from './helpers.ts'

const { values } = parseArgs({ options: { requests: { type: 'string', default: '10000' } } })
const wanted = Number(values.requests)
/** Paths of the document, and how often each is gone through. */
const SHARES = 13 * 2

const where = mkdtempSync(join(tmpdir(), 'minwal-schemathesis-'))
try {
  const missing = installSchemathesis(where)
  if (missing !== null) skipped('api', missing)
  else {
    const served = await openApiServer(where)
    const started = performance.now()
    const { requests, faults } = await trySchemathesis(where, served.address, Math.ceil(wanted / SHARES), [
      'coverage',
      'fuzzing',
      'stateful',
    ])
    await served.close()
    printJson('api', {
      requests,
      seconds: Math.round((performance.now() - started) / 1_000),
      faults: faults !== '',
    })
    if (faults !== '') {
      process.stdout.write(faults)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(where, { recursive: true, force: true })
}
