// Writes man/minwal.1, the manual page, from the grammar of the commands.
import { mkdirSync, writeFileSync } from 'node:fs'
import { build, described } from '../src/cli/main.ts'
import { manual } from '../src/cli/manual.ts'
import { version } from '../src/cli/shared.ts'

mkdirSync(new URL('../man/', import.meta.url), { recursive: true })
writeFileSync(new URL('../man/minwal.1', import.meta.url), manual(described(build()), version))
