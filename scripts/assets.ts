// Copies into `dist` what the compiler leaves: the files that pages are made of and that are no TypeScript.
import { cpSync, globSync } from 'node:fs'

for (const file of globSync(['src/publish/pages/*.{css,js}', 'src/language/*.bin']))
  cpSync(file, file.replace(/^src/, 'dist'))
