// Hides what runs inside the process of a local model: lines as program.ts writes them in, vectors out. A process and
// no thread, because the runtime of such models ends the whole process when its thread is stopped at work.
import { Console } from 'node:console'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import type { LocalModel } from '../model/config.ts'
import { type Encode, loadModel } from './local-model.ts'

// Standard output is for answers; packages write to the console.
globalThis.console = new Console(process.stderr)
try {
  setPriority(5)
} catch {
  // Where that is forbidden it runs as urgently as the rest.
}

const settings = JSON.parse(process.argv[2] ?? '') as LocalModel
let encode: Encode | null = null
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`)
}
// The runtime's threads would keep the process.
process.exit(0)

async function answer(line: string): Promise<number[] | null | { error: string }> {
  try {
    encode ??= await loadModel(settings)
    return await encode((JSON.parse(line) as { text: string }).text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { error: encode === null ? `the model could not be loaded: ${reason}` : `the model failed: ${reason}` }
  }
}
