// Asks whoever sits at the terminal.
import { createInterface } from 'node:readline/promises'

/** Whether somebody sits there who can be asked. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

/** The line that was typed; null where there was none: the input ended, or an interrupt was typed. */
export async function ask(question: string): Promise<string | null> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  // A terminal that hangs up leaves the question open.
  const closed = new Promise<null>(resolve => asking.once('close', () => resolve(null)))
  try {
    const typed = await Promise.race([asking.question(question), closed]).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AbortError') return null
      throw error
    })
    // What is said next begins a line of its own.
    if (typed === null) process.stderr.write('\n')
    return typed
  } finally {
    asking.close()
  }
}
