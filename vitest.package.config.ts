import { defineConfig } from 'vitest/config'

/** The package as it would be published, on each promised version of Node: minutes of installing, so not in `npm test`. */
export default defineConfig({
  test: { include: ['tests/package/**/*.test.ts'], pool: 'forks', testTimeout: 180_000, hookTimeout: 600_000 },
})
