// Values of `${NAME}` from systemd's credentials (systemd.exec(5), LoadCredential=): a file each, in a folder that only the service sees.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './secrets.ts'

/** Longest value that is read. */
const LONGEST = 65_536

/** The environment, with the credentials that it names a folder of; a credential goes before a variable of its name. */
export function withCredentials(environment: Environment): Environment {
  const folder = environment['CREDENTIALS_DIRECTORY']
  if (!folder) return environment
  const found: Record<string, string> = {}
  try {
    for (const name of readdirSync(folder)) {
      // What is no name of a variable cannot be named.
      if (!/^[A-Za-z_]\w*$/.test(name)) continue
      const value = readFileSync(join(folder, name), 'utf8')
      // Whoever writes a file by hand ends it with a line break.
      if (value.length <= LONGEST) found[name] = value.replace(/\r?\n$/, '')
    }
  } catch {
    // What is missing then is said of the variable that is not set.
  }
  return { ...environment, ...found }
}
