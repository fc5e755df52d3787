// Writes config.schema.json from the code that checks configurations.
import { writeFileSync } from 'node:fs'
import { configSchema } from '../src/config/schema.ts'

writeFileSync(new URL('../config.schema.json', import.meta.url), `${JSON.stringify(configSchema(), null, 2)}\n`)
