// The configuration for commands that ask nobody for anything: they need no secret, and so no variable that only holds one.
import { type Loaded, loadConfig } from './load.ts'
import type { Environment } from './secrets.ts'

/** Keys whose values are told to others and never shown; a path or an address of ours is not made up. */
const TOLD_TO_OTHERS = /^(?:agencies\[\d+\]\.feeds|notify\[|threads\.encoder|poll\.userAgent)/

const UNSET = /the environment variable (\w+) is not set/

/** What may stand where a variable is not set: part of an address, a port, an address, a time. */
const STAND_INS: readonly ((name: string, at: number) => string)[] = [
  name => `unset-${name}`,
  (_, at) => String(60_001 + at),
  name => `https://unset.invalid/${name}`,
  () => '1h',
]

/**
 * {@link loadConfig} with something in the place of variables that are not set, where it is told to feeds, webhooks and encoders
 * only. Feeds are known by their addresses as written, so that they are the same feeds.
 */
export function loadToRead(file: string, environment: Environment): Loaded {
  const strict = loadConfig(file, environment)
  if (strict.ok) return strict
  /** Variables that are not set by the keys that have them, and which stand-in each is given. */
  const keys = new Map<string, string[]>()
  const given = new Map<string, number>()
  for (const { key, message } of strict.found) {
    const [, name] = UNSET.exec(message) ?? []
    if (name === undefined) continue
    if (key === null || !TOLD_TO_OTHERS.test(key)) return strict
    keys.set(key, [...(keys.get(key) ?? []), name])
    given.set(name, 0)
  }
  for (let tries = 0; given.size > 0 && tries < given.size * STAND_INS.length; tries++) {
    const names = [...given.keys()]
    const filled = names.map((name, at) => [name, STAND_INS[given.get(name) ?? 0]?.(name, at)] as const)
    const loaded = loadConfig(file, { ...environment, ...Object.fromEntries(filled) })
    if (loaded.ok) return loaded
    const wrong = new Set(loaded.found.flatMap(({ key }) => keys.get(key ?? '') ?? []))
    if (wrong.size === 0) return strict
    for (const name of wrong) given.set(name, (given.get(name) ?? 0) + 1)
    if ([...given.values()].some(at => at >= STAND_INS.length)) return strict
  }
  return strict
}
