// Loaded before a command (`--import`): appends the text of every statement that better-sqlite3 executes, a line each, to
// the file that MINWAL_BENCH_STATEMENTS names. Threads of the command load it too, whatever arguments they are started with.
import { openSync, writeSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import threads from 'node:worker_threads'

interface Statement {
  source: string
  [method: string]: unknown
}

const file = openSync(process.env['MINWAL_BENCH_STATEMENTS'] ?? '/dev/null', 'a')
const require = createRequire(path.join(process.env['MINWAL_BENCH_CHECKOUT'] ?? process.cwd(), 'package.json'))
const Database = require('better-sqlite3') as new (file: string) => { prepare(sql: string): Statement; close(): void }
const db = new Database(':memory:')
const prototype = Object.getPrototypeOf(db.prepare('select 1')) as Record<string, (...args: unknown[]) => unknown>
for (const name of ['run', 'get', 'all', 'iterate']) {
  const execute = prototype[name] as (...args: unknown[]) => unknown
  prototype[name] = function (this: Statement, ...args: unknown[]) {
    writeSync(file, `${this.source.replace(/\s+/g, ' ').trim().slice(0, 300)}\n`)
    return Reflect.apply(execute, this, args)
  }
}
db.close()

const { Worker } = threads
threads.Worker = class extends Worker {
  constructor(file: string | URL, options: threads.WorkerOptions = {}) {
    super(file, { ...options, execArgv: ['--import', import.meta.url, ...(options.execArgv ?? [])] })
  }
}
syncBuiltinESMExports()
