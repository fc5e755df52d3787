#!/usr/bin/env node
// First line of every command: an old Node stops here with a sentence, before anything is loaded that it cannot run.
// A checkout runs from its source, an installed package from dist.
import { existsSync } from 'node:fs'
import module from 'node:module'

const wanted = [22, 19]
const running = process.versions.node.split('.').map(Number)
if (running[0] < wanted[0] || (running[0] === wanted[0] && running[1] < wanted[1])) {
  process.stderr.write(
    `minwal needs Node ${wanted.join('.')} or newer; this is ${process.versions.node}. In a checkout, \`npm start\` and \`npm run demo\` bring their own.\n`,
  )
  process.exit(1)
}
// Names are resolved in threads of this pool, half of it at most: with four threads, two names whose servers do not answer
// hold up all others. Read when the first thread starts.
process.env.UV_THREADPOOL_SIZE ??= '16'
// Half of a short command's time is compiling what it imports.
module.enableCompileCache()
// Read by each thread as it starts.
const cache = module.getCompileCacheDir()
if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= cache
const source = new URL('../src/cli/main.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : new URL('../dist/cli/main.js', import.meta.url).href)
process.exitCode = await main(process.argv.slice(2))
