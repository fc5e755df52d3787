// A folder of its own for each test, gone afterwards.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Make a temporary folder, and files in it; removed when the running test ends. */
export function folder(files: Record<string, string> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'minwal-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
