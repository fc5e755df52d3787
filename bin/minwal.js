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
// glibc gives each thread a heap of its own and gives little of it back: with two heaps for all threads, whose ends are given back
// as in the beginning, the daemon at rest with 55 feeds has 118 MB instead of 160. Both are read when the process starts, so the
// process starts itself anew, under the same number.
// Descriptors of a parent that talks to it would be closed.
if (
  process.platform === 'linux' &&
  process.argv[2] === 'run' &&
  process.env.MALLOC_ARENA_MAX === undefined &&
  process.env.NODE_CHANNEL_FD === undefined &&
  process.execve !== undefined
) {
  const environment = { MALLOC_TRIM_THRESHOLD_: '131072', ...process.env, MALLOC_ARENA_MAX: '2' }
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], environment)
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
