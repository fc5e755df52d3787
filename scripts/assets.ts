// Copies into `dist` what the compiler leaves: the files that pages are made of and that are no TypeScript. The script is minified.
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { minifySync } from 'vite'

const target = (file: string): string => file.replace(/^src/, 'dist')

for (const file of globSync(['src/publish/pages/*.css', 'src/language/*.bin'])) cpSync(file, target(file))
for (const file of globSync('src/publish/pages/*.js')) {
  const { code, errors } = minifySync(file, readFileSync(file, 'utf8'), { compress: true, mangle: true })
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`)
  writeFileSync(target(file), code)
}
