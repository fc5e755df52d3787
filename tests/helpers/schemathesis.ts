// Schemathesis, from PyPI, in a virtual environment of its own: asks an API whatever its OpenAPI document allows and forbids, and
// holds each answer to the document.
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MINUTES = 60_000
const VERSION = '4.32.5'
/** pip's words for an index that cannot be reached, or that has nothing for this Python; anything else it says is a fault. */
const UNREACHABLE =
  /ConnectionError|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable|No matching distribution/
/** An agency may be unknown, a cursor of another list, a date of no calendar: no schema can say so. */
const LEFT_OUT = 'positive_data_acceptance'

/** Install it into a folder; why it is missing, or null. */
export function installSchemathesis(where: string): string | null {
  const run = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', timeout: 5 * MINUTES, env: { ...process.env, PIP_RETRIES: '1' } })
  const made = run('python3', '-m', 'venv', where)
  if (made.error !== undefined) return 'there is no Python'
  if (made.status !== 0) return `Python has no venv: ${made.stdout}${made.stderr}`.trim()
  const got = run(
    join(where, 'bin/pip'),
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `schemathesis==${VERSION}`,
  )
  const said = `${got.stdout}${got.stderr}`
  if (got.status !== 0 && UNREACHABLE.test(said)) return `PyPI cannot be reached: ${said.trim().split('\n').at(-1)}`
  if (got.status !== 0) throw new Error(`pip failed: ${said}`)
  return null
}

interface Document {
  paths: Record<string, { get: { parameters: { name: string; schema: object }[] } }>
}

/** The document with what it cannot know: the agencies there are, and that nobody has a cursor yet. */
function withKnown(document: Document, agencies: readonly string[]): Document {
  for (const { get } of Object.values(document.paths)) {
    get.parameters = get.parameters
      .filter(({ name }) => name !== 'cursor')
      .map(parameter => (parameter.name === 'agency' ? { ...parameter, schema: { enum: agencies } } : parameter))
  }
  return document
}

/** Of a run: `coverage` goes through what a schema forbids, one by one, `stateful` from one answer to the next. */
export type Phase = 'coverage' | 'fuzzing' | 'stateful'

export interface Tried {
  /** Requests it made. */
  requests: number
  /** What it found wrong; empty where nothing. */
  faults: string
}

/**
 * Try the API at `address` twice, each with at most `each` requests a path and phase: by its document as it is, where most
 * parameters are refused, and by one that knows what is on file, where most are answered.
 */
export async function trySchemathesis(
  where: string,
  address: string,
  each: number,
  phases: readonly Phase[],
): Promise<Tried> {
  const { agencies } = (await (await fetch(`${address}/api/agencies`)).json()) as { agencies: { id: string }[] }
  const document = (await (await fetch(`${address}/api/openapi.json`)).json()) as Document
  const written = (name: string, value: Document): string => {
    const file = join(where, name)
    writeFileSync(file, JSON.stringify(value))
    return file
  }
  const files = [written('document.json', document)]
  files.push(
    written(
      'known.json',
      withKnown(
        structuredClone(document),
        agencies.map(({ id }) => id),
      ),
    ),
  )
  let requests = 0
  let faults = ''
  for (const file of files) {
    const { code, said } = await run(where, file, address, each, phases)
    requests += Number(/([\d,]+) generated/.exec(said)?.[1]?.replaceAll(',', '') ?? 0)
    if (code !== 0) faults += said
  }
  return { requests, faults }
}

function run(
  where: string,
  file: string,
  address: string,
  each: number,
  phases: readonly Phase[],
): Promise<{ code: number; said: string }> {
  const args = [
    'run',
    file,
    '--url',
    address,
    '--max-examples',
    String(each),
    '--seed',
    '14',
    '--no-color',
    '--phases',
    phases.join(','),
  ]
  args.push(
    '--exclude-checks',
    LEFT_OUT,
    '--warnings',
    'off',
    '--request-timeout',
    '60',
    '--generation-database',
    'none',
  )
  const child = spawn(join(where, 'bin/schemathesis'), args, { cwd: where, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, said }))
  })
}
