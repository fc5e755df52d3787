// For each file of tests that uses a store it is said over which engine it runs, and why not over both.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { OF_BOTH_AT_ONCE, OF_POSTGRES, OF_SQLITE, ON_BOTH, QUICK } from './engines.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('tests/**/*.test.ts', { cwd: root }).sort()
const source = (file: string): string => readFileSync(`${root}${file}`, 'utf8')

/** Opens a store, or runs what opens one. */
const USES =
  /newsroom\.ts'|\bopen(?:Store|Reader|File)\b|helpers\/(?:api|configuration|daemon|engine|kill-world|polling|schemathesis|subscribing)\.ts'|'better-sqlite3'|\bstartDaemon\b|\bcreateAggregator\b|\bminwal\(\[/
/** A database of the test's own that is a file whatever the engine. */
const A_FILE = /\bdatabase: (?:join\(|'[\w./-]+\.db')/

it('every file that uses a store is named once', () => {
  const using = files.filter(file => file !== 'tests/engines.test.ts' && USES.test(source(file)))
  const named = [...OF_POSTGRES, ...ON_BOTH, ...OF_BOTH_AT_ONCE, ...Object.keys(OF_SQLITE)]
  expect(using.filter(file => !named.includes(file))).toEqual([])
  expect(named.filter((file, at) => named.indexOf(file) !== at || !files.includes(file))).toEqual([])
  expect(QUICK.filter(file => !named.includes(file))).toEqual([])
})

it('those that run over both ask for a database of the engine, and for no file beside', () => {
  const knowing = ON_BOTH.filter(file => A_FILE.test(source(file)))
  // Within tests of the file.
  expect(knowing).toEqual(['tests/e2e/storage.test.ts', 'tests/e2e/two-daemons.test.ts'])
  const asking = /\b(?:newDatabase|newSchema|configure|openNewsroom)\(|helpers\/(?:api|kill-world|subscribing)\.ts'/
  expect(ON_BOTH.filter(file => !asking.test(source(file)))).toEqual([])
})
