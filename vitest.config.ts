import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Half of what a daemon in a test costs is compiling its threads: Node keeps what it has compiled, as it does for the command.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Files that take a minute or more, most of it waiting or in one process: begun first, so that none runs alone at the end. */
const LONG = [
  'e2e/quality',
  'e2e/websub',
  'e2e/notify',
  'e2e/pages',
  'run/reload',
  'e2e/secrets',
  'e2e/network',
  'e2e/prune',
  'e2e/encoder',
  'e2e/real-feeds',
  'e2e/demo',
  'e2e/crash',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex(name => moduleId.endsWith(`${name}.test.ts`))
      return at < 0 ? LONG.length : at
    }
    return sorted.toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // `npm run test:package` runs those: see vitest.package.config.ts.
    exclude: ['**/node_modules/**', 'tests/package/**'],
    setupFiles: ['tests/setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Limits for what never ends: the machine may do much beside the tests.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Three on two cores: many tests wait for a daemon, a pause or a browser.
    maxWorkers: 3,
  },
})
