import { defineConfig } from 'vitest/config'

/** The package as it would be published, on each promised version of Node: minutes of installing, so not in `npm test`. */
export default defineConfig({ test: { include: ['tests/package/**/*.test.ts'], pool: 'forks', hookTimeout: 600_000 } })
