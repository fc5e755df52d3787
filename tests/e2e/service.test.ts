// The steps that make a service of it, printed and done below a folder of the test's own, with a systemctl that only notes.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { minwal, root as project } from '../helpers/cli.ts'
import { folder } from '../helpers/folder.ts'

function machine() {
  const root = folder()
  const bin = join(root, 'usr/local/bin')
  mkdirSync(bin, { recursive: true })
  for (const program of ['minwal', 'node']) writeFileSync(join(bin, program), '')
  const tools = folder()
  writeFileSync(join(tools, 'systemctl'), `#!/bin/sh\necho "$@" >> ${tools}/asked\n`)
  chmodSync(join(tools, 'systemctl'), 0o755)
  return { root, bin, tools, env: { PATH: `${tools}:${process.env['PATH']}` } }
}

it('minwal service install prints the steps, in commands for a shell, and does none of them', async () => {
  const { root, env } = machine()
  const { code, stdout } = await minwal(['service', 'install', '--root', root], { env })
  expect(code).toBe(0)
  const commands = stdout.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  expect(commands).toEqual([
    `sudo install -D -m 644 -t ${root}/etc/systemd/system ${join(project, 'deploy/minwal.service')}`,
    `sudo install -D -m 644 -t ${root}/etc/systemd/system ${join(project, 'deploy/srv-minwal.mount')}`,
    `sudo install -D -m 644 -t ${root}/etc/minwal ${join(project, 'config.json')}`,
    `sudo install -D -m 644 -t ${root}/etc/minwal ${join(project, 'config.schema.json')}`,
    'sudo systemctl daemon-reload',
    'sudo systemctl enable --now minwal',
  ])
  expect(existsSync(join(root, 'etc'))).toBe(false)
})

it('minwal service install --apply does them, and leaves a configuration that is there', async () => {
  const { root, tools, env } = machine()
  mkdirSync(join(root, 'etc/minwal'), { recursive: true })
  writeFileSync(join(root, 'etc/minwal/config.json'), '{ "mine": true }')
  const first = await minwal(['service', 'install', '--apply', '--root', root], { env })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  for (const unit of ['minwal.service', 'srv-minwal.mount']) {
    const installed = readFileSync(join(root, 'etc/systemd/system', unit), 'utf8')
    expect(installed).toBe(readFileSync(join(project, 'deploy', unit), 'utf8'))
  }
  expect(readFileSync(join(root, 'etc/minwal/config.json'), 'utf8')).toBe('{ "mine": true }')
  expect(existsSync(join(root, 'etc/minwal/config.schema.json'))).toBe(true)
  expect(readFileSync(join(tools, 'asked'), 'utf8')).toBe('daemon-reload\nenable --now minwal\n')
  const again = await minwal(['service', 'install', '--apply', '--root', root], { env })
  expect(again.stdout).toContain('as it was: the unit minwal.service')
})

it('minwal service install says what is missing, and --apply then does nothing', async () => {
  const { env } = machine()
  const root = folder()
  const refused = await minwal(['service', 'install', '--apply', '--root', root], { env })
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('node must lie in /usr/local/bin or /usr/bin')
  expect(existsSync(join(root, 'etc'))).toBe(false)
})
