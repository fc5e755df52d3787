// Schemathesis against the API and the document it serves: two minutes, with TRY_API=1. Skips where there is no Python, or where
// PyPI cannot be reached; `npm run soak` asks for thousands.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi } from '../helpers/api.ts'
import { installSchemathesis, trySchemathesis } from '../helpers/schemathesis.ts'

const MINUTES = 60_000
let where = ''
let missing: string | null = null

beforeAll(() => {
  where = mkdtempSync(join(tmpdir(), 'minwal-schemathesis-'))
  missing = process.env['TRY_API'] === undefined ? 'TRY_API=1 asks for it' : installSchemathesis(where)
  if (missing !== null) process.stderr.write(`the API is not tried with Schemathesis: ${missing}\n`)
}, 10 * MINUTES)

afterAll(() => rmSync(where, { recursive: true, force: true }))

it(
  'answers what its document allows as it says, and refuses what it forbids',
  async ctx => {
    if (missing !== null) ctx.skip(missing)
    const { address } = await serveApi()
    const { requests, faults } = await trySchemathesis(where, address, 12, ['fuzzing'])
    expect(faults).toBe('')
    expect(requests).toBeGreaterThan(250)
  },
  5 * MINUTES,
)
