// Makes `dist` of `src`: a file for each program (the command, the library, each thread and child process), and what programs
// share in files of its own. Loading some files instead of four hundred saves a third of a short command's processor time, and
// memory in each thread. Types and other files come beside them from the compiler and from assets.ts.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin } from 'vite'

const ROOT = path.join(import.meta.dirname, '..')
const SRC = path.join(ROOT, 'src')
/** How a module names the program that it starts. */
const STARTED = /new URL\(`\.\/([\w-]+)\$\{import\.meta/g

const nameOf = (file: string): string => path.relative(SRC, file).replace(/\.ts$/, '')

/** The programs, by their names in `dist`. */
function programs(): Record<string, string> {
  const started = globSync('**/*.ts', { cwd: SRC }).flatMap(file => {
    const text = readFileSync(path.join(SRC, file), 'utf8')
    return [...text.matchAll(STARTED)].map(([, name = '']) => path.join(SRC, path.dirname(file), `${name}.ts`))
  })
  const all = [path.join(SRC, 'cli/main.ts'), path.join(SRC, 'index.ts'), ...started]
  return Object.fromEntries(all.map(file => [nameOf(file), file]))
}

/** Where a module was stays what it knows of itself: from there it finds programs, styles and tables. */
const places: Plugin = {
  name: 'places',
  enforce: 'pre',
  transform(code, id) {
    if (!id.startsWith(SRC) || !code.includes('import.meta.url')) return null
    return code.replaceAll('import.meta.url', `__placeOf("${nameOf(id)}.js")`)
  },
  renderChunk(code, { fileName }) {
    const up = '../'.repeat(fileName.split('/').length - 1) || './'
    return code.replace(/__placeOf\("([^"]+)"\)/g, (_, place) => `new URL("${up}${place}", import.meta.url).href`)
  },
}

await build({
  root: ROOT,
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  plugins: [places],
  build: {
    ssr: true,
    target: 'es2024',
    outDir: 'dist',
    emptyOutDir: true,
    minify: false,
    copyPublicDir: false,
    rolldownOptions: {
      input: programs(),
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
    },
  },
})
