// The package that runs local models is large and optional: tests that need it say so where it is absent.
import { existsSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folder } from './folder.ts'
import { type TinyModel, writeTinyModel } from './tiny-model.ts'

const packages = fileURLToPath(new URL('../transformers/node_modules', import.meta.url))

/** Whether `npm ci --prefix tests/transformers --ignore-scripts` has been run. Says so on standard error where not. */
export const hasTransformers = existsSync(join(packages, '@huggingface/transformers'))
if (!hasTransformers) {
  process.stderr.write(
    'local models are not tested: run `npm ci --prefix tests/transformers --ignore-scripts` (475 MB) for it\n',
  )
}

/** Whether Minwal finds the package wherever the model lies, so that it cannot be missing. */
export const isInstalledWithMinwal = (() => {
  try {
    createRequire(import.meta.url).resolve('@huggingface/transformers')
    return true
  } catch {
    return false
  }
})()

/** A folder with a tiny model and, if wished, the package beside it; gone when the running test ends. */
export function modelFolder(model: TinyModel, options: { withPackage: boolean } = { withPackage: true }): string {
  const where = folder()
  if (options.withPackage) symlinkSync(packages, join(where, 'node_modules'))
  const path = join(where, 'model')
  writeTinyModel(path, model)
  return path
}
