// The commands of docs/api.md do what the page says.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RESOURCES } from '../../src/publish/api/resources.ts'
import { serveApi } from '../helpers/api.ts'

const PAGE = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
const COMMANDS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, command = '']) => command)

function run(command: string): Promise<{ code: number | null; out: string }> {
  const child = spawn('sh', ['-e', '-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, out }))
  })
}

describe('docs/api.md', () => {
  it('has commands that are answered', async () => {
    const { address } = await serveApi()
    expect(COMMANDS.length).toBeGreaterThanOrEqual(6)
    for (const command of COMMANDS) {
      const { code, out } = await run(command.replaceAll('http://127.0.0.1:8080', address))
      expect(`${command} ${code}`).toBe(`${command} 0`)
      if (command.startsWith('curl -I')) expect(out).toMatch(/^HTTP\/1.1 200 /)
      else expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).not.toHaveProperty('status')
    }
  })

  it('reads on to the end as it shows', async () => {
    const { address } = await serveApi()
    const command = COMMANDS.find(one => one.includes('while')) ?? ''
    const { out } = await run(command.replaceAll('http://127.0.0.1:8080', address).replace('limit=200', 'limit=2'))
    const pages = out.trim().split('\n')
    // A page that is full may be the last: the one after it is empty.
    expect(pages).toHaveLength(4)
    expect(pages.flatMap(page => (JSON.parse(page) as { reports: object[] }).reports)).toHaveLength(6)
  })

  it('names every path, every parameter and every list of an answer', () => {
    for (const { path, parameters } of RESOURCES) {
      expect(PAGE).toContain(`\`${path.replace('{id}', 'ID')}\``)
      for (const name of Object.keys(parameters)) expect(PAGE).toMatch(new RegExp(`^\\| .*\`${name}\`.* \\|`, 'm'))
    }
  })
})
