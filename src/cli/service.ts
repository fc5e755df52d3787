// `minwal service install`: the steps of docs/operation.md, printed or done one by one. A step that is done already is left.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failed, out } from './shared.ts'

interface Step {
  what: string
  /** As a shell takes it. */
  command: string
  /** It is so already. */
  isDone: () => boolean
  /** Null when it went well, else why not. */
  run: () => string | null
}

/** Folder of the package: units and configuration are beside the code. */
const HOME = fileURLToPath(new URL('../..', import.meta.url))
const UNITS = ['minwal.service', 'srv-minwal.mount']
const CONFIGURATION = ['config.json', 'config.schema.json']
/** Where the hardened service looks for `minwal` and `node`. */
const PATHS = ['/usr/local/bin', '/usr/bin']

/** `root` stands before every path that is written; for tests. */
export function service(_what: string, { apply = false, root = '' }: { apply?: boolean; root?: string }): void {
  const faults = hindrances(root)
  if (apply && faults.length > 0) throw new Failed(faults.join('\nminwal: '))
  for (const fault of faults) out(`# first: ${fault}`)
  for (const { what, command, isDone, run } of steps(root)) {
    const done = isDone()
    if (!apply) {
      out(`${done ? `# done already: ${what}` : `# ${what}`}\n${done ? '# ' : ''}${command}`)
      continue
    }
    const fault = done ? null : run()
    if (fault !== null) throw new Failed(`${what}: ${fault}; the command was: ${command}`)
    out(`${done ? 'as it was' : 'done'}: ${what}`)
  }
  out(
    apply
      ? `the service runs. Set "link" and the agencies in ${root}/etc/minwal/config.json, then: sudo systemctl restart minwal`
      : '# Or all of it: sudo minwal service install --apply',
  )
}

function hindrances(root: string): string[] {
  const found: string[] = []
  if (root === '' && !existsSync('/run/systemd/system')) found.push('this machine does not run systemd')
  if (root === '' && process.getuid?.() !== 0)
    found.push('only root may install a service: sudo minwal service install --apply')
  for (const program of ['minwal', 'node']) {
    const at = PATHS.map(folder => join(root, folder, program)).find(existsSync)
    const what = `${program} must lie in /usr/local/bin or /usr/bin, where the service looks for it`
    if (at === undefined) found.push(what)
    else if (/^\/(?:home|root)\//.test(realpathSync(at)))
      found.push(`${what}: ${at} leads into a home directory, which it cannot see`)
  }
  return found
}

function steps(root: string): Step[] {
  const units = join(root, '/etc/systemd/system')
  const etc = join(root, '/etc/minwal')
  const isSame = (one: string, other: string): boolean =>
    existsSync(other) && readFileSync(one, 'utf8') === readFileSync(other, 'utf8')
  const systemctl = (...given: string[]): string | null => {
    const { status, stderr } = spawnSync('systemctl', given, { encoding: 'utf8' })
    return status === 0 ? null : stderr.trim() || `systemctl ended with ${status}`
  }
  const copy = (from: string, into: string, what: string, isDone: (from: string, to: string) => boolean): Step => {
    const to = join(into, from.slice(from.lastIndexOf('/') + 1))
    return {
      what,
      command: `sudo install -D -m 644 -t ${into} ${from}`,
      isDone: () => isDone(from, to),
      run: () => {
        try {
          mkdirSync(dirname(to), { recursive: true })
          copyFileSync(from, to)
          return null
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      },
    }
  }
  return [
    ...UNITS.map(name => copy(join(HOME, 'deploy', name), units, `the unit ${name}`, isSame)),
    // One that is there may have been changed: it is the user's.
    ...CONFIGURATION.map(name =>
      copy(join(HOME, name), etc, `${name} in ${etc}`, name === 'config.json' ? (_, to) => existsSync(to) : isSame),
    ),
    {
      what: 'systemd reads the units',
      command: 'sudo systemctl daemon-reload',
      isDone: () => false,
      run: () => systemctl('daemon-reload'),
    },
    {
      what: 'the service runs, now and at every boot',
      command: 'sudo systemctl enable --now minwal',
      isDone: () => false,
      run: () => systemctl('enable', '--now', 'minwal'),
    },
  ]
}
