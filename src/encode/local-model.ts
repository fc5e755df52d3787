// Hides how a sentence model on the user's disk is laid out, loaded and run: a folder as @huggingface/transformers reads it,
// and that package, which is no dependency of ours and is loaded only in the process that runs the model.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalModel } from '../model/config.ts'

const PACKAGE = '@huggingface/transformers'
const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json']
/** The first that is there is run: a quantized model is a quarter the size and faster. */
const WEIGHTS = [
  { file: 'model_quantized.onnx', type: 'q8' },
  { file: 'model.onnx', type: 'fp32' },
] as const

/** A text's direction, of length 1; null where the model gives it none. Rejects where the model cannot be run. */
export type Encode = (text: string) => Promise<number[] | null>

/** What is used of the package. Without its own types, which are there only where it is installed. */
interface Transformers {
  env: Record<string, unknown>
  pipeline(task: 'feature-extraction', model: string, options: object): Promise<Pipeline>
}
interface Pipeline {
  (text: string, options: { pooling: 'none' }): Promise<{ data: Float32Array; dims: readonly number[] }>
  tokenizer: { model_max_length: number }
  model: { config: { max_position_embeddings?: number } }
}

/** What is missing for the model in `folder` to run, in one line with what to do; null where all is there. */
export function modelFault(folder: string): string | null {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return `the folder ${folder} does not exist: put a model there that is made for ${PACKAGE}`
  }
  const missing = FILES.filter(name => !existsSync(join(folder, name)))
  if (weightsOf(folder) === null) missing.push('onnx/model_quantized.onnx or onnx/model.onnx')
  if (missing.length > 0) {
    return `${folder} has no ${missing.join(', no ')}: put all files of a model there that is made for ${PACKAGE}`
  }
  if (packageFor(folder) === null) {
    return `a model needs the package ${PACKAGE}, which is not installed: run \`npm install --ignore-scripts ${PACKAGE}\` where Minwal or the model lies, with -g where Minwal was installed so`
  }
  return null
}

/** The command, for program.ts, of a process that runs the model. */
export function modelCommand(model: LocalModel): string[] {
  const program = new URL(`./local-model-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  return [process.execPath, '--disable-warning=ExperimentalWarning', fileURLToPath(program), JSON.stringify(model)]
}

/** Load the model. Nothing is fetched. Rejects with a sentence. */
export async function loadModel({ model, pooling, prefix }: LocalModel): Promise<Encode> {
  const fault = modelFault(model)
  if (fault !== null) throw new Error(fault)
  const { env, pipeline } = createRequire(import.meta.url)(packageFor(model) ?? PACKAGE) as Transformers
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, useFSCache: false, logLevel: 40 })
  const loading = pipeline('feature-extraction', model, {
    dtype: weightsOf(model),
    local_files_only: true,
    // Half the machine is left to those who read.
    session_options: { intraOpNumThreads: Math.max(1, Math.floor(availableParallelism() / 2)), logSeverityLevel: 4 },
  })
  const run = await loading.catch((error: unknown) => {
    throw new Error(unreadable(model) ?? (error instanceof Error ? error.message : String(error)))
  })
  // A tokenizer that names no length lets texts through that the model has no positions for.
  const longest = Math.min(run.tokenizer.model_max_length, run.model.config.max_position_embeddings ?? Infinity)
  Object.defineProperty(run.tokenizer, 'model_max_length', { value: longest })
  // One text at a time: in a batch, a quantized model's vector of a text depends on the texts beside it.
  return async text => {
    const { data, dims } = await run(prefix + text, { pooling: 'none' })
    const width = dims.at(-1) ?? 0
    return unit(pooling === 'cls' ? data.subarray(0, width) : sums(data, width))
  }
}

/** The direction of the mean of vectors that stand one after the other. The package's own mean takes 8 ms of a text. */
function sums(data: Float32Array, width: number): Float64Array {
  const sum = new Float64Array(width)
  for (let start = 0; start < data.length; start += width) {
    for (let at = 0; at < width; at++) sum[at] = (sum[at] ?? 0) + (data[start + at] ?? 0)
  }
  return sum
}

/** Of length 1, in as many digits as count; null where it points nowhere. */
function unit(vector: Float32Array | Float64Array): number[] | null {
  const length = Math.hypot(...vector)
  if (!(length > 0 && Number.isFinite(length))) return null
  return Array.from(vector, value => Math.round((value / length) * 1e5) / 1e5)
}

/** Which file is no JSON: the package does not say. */
function unreadable(folder: string): string | null {
  for (const file of FILES.map(name => join(folder, name))) {
    try {
      JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return null
}

function weightsOf(folder: string): 'q8' | 'fp32' | null {
  return WEIGHTS.find(({ file }) => existsSync(join(folder, 'onnx', file)))?.type ?? null
}

/** Where the package is found from Minwal's place, or else from the model's; null where it is in neither. */
function packageFor(folder: string): string | null {
  for (const from of [import.meta.url, join(folder, 'config.json')]) {
    try {
      return createRequire(from).resolve(PACKAGE)
    } catch {
      // Not there; the next place may have it.
    }
  }
  return null
}
