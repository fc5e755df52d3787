import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { OF_POSTGRES, ON_BOTH, QUICK } from './tests/engines.ts'
import { HAS_POSTGRES } from './tests/helpers/postgres.ts'

// Half of what a daemon in a test costs is compiling its threads: Node keeps what it has compiled, as it does for the command.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url))

/** Files that take a minute or more, most of it waiting or in one process: begun first, so that none runs alone at the end. */
const LONG = [
  'e2e/quality',
  'e2e/websub',
  'e2e/notify',
  'e2e/postgres',
  'e2e/postgres-commands',
  'e2e/pages',
  'run/reload',
  'e2e/secrets',
  'e2e/network',
  'e2e/prune',
  'e2e/encoder',
  'e2e/real-feeds',
  'e2e/demo',
  'e2e/crash',
  'e2e/daemon',
  'e2e/add-import-export',
  'e2e/bad-input',
  'run/pages',
  'e2e/roles',
  'e2e/systemd',
  'e2e/storage',
  'laws/filing',
  'e2e/copy',
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

const wantsAll = process.env['ALL_ENGINES'] !== undefined || process.env['MINWAL_TEST_DATABASE'] !== undefined

/** `npm run test:package` runs those: see vitest.package.config.ts. */
const NOT_THESE = ['**/node_modules/**', 'tests/package/**']

const ofEach: TestProjectInlineConfiguration['test'] = {
  exclude: NOT_THESE,
  setupFiles: ['tests/setup.ts'],
  // Limits for what never ends: the machine may do much beside the tests.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  pool: 'forks',
}

export default defineConfig({
  test: {
    globalSetup: ['tests/helpers/postgres-setup.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...ofEach,
          name: 'sqlite',
          include: ['tests/**/*.test.ts'],
          exclude: [...NOT_THESE, ...OF_POSTGRES],
        },
      },
      {
        test: {
          ...ofEach,
          name: 'postgres',
          // Without PostgreSQL those remain that say so.
          include: !HAS_POSTGRES
            ? ['tests/e2e/postgres.test.ts', 'tests/e2e/roles.test.ts']
            : wantsAll
              ? [...OF_POSTGRES, ...ON_BOTH]
              : [...QUICK],
          env: { MINWAL_TEST_ENGINE: 'postgres' },
        },
      },
    ],
    // Three on two cores: many tests wait for a daemon, a pause or a browser.
    maxWorkers: 3,
  },
})
