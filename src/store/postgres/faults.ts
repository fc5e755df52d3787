// Says what is wrong with a PostgreSQL database, in a line that a user can act on.
import { shownDatabase } from '../../model/database.ts'
import { LED } from './lead.ts'

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** What connections are lost by, where the server has not said why: errors of the system, or ours. They travel between threads by their codes. */
const LOST = /^(?:CONNECTION|CLOSED|E[A-Z]{4,})$/
const isLost = (error: unknown): boolean =>
  LOST.test(codeOf(error)) || (error instanceof Error && 'isFatal' in error && error.isFatal === true)

/** SQLSTATE classes (PostgreSQL, appendix A) and errors of the network, with what to do about them. */
const FAULTS: readonly (readonly [code: RegExp, says: (database: string, message: string) => string])[] = [
  [
    /^LED00/,
    database => `another Minwal files into ${database}: stop it first, or share the work by "--role" (docs/scale.md)`,
  ],
  [/^3D000/, database => `there is no database ${database}: create it with \`createdb\``],
  [/^28/, (database, message) => `${database} refuses the login (${message}): check user, password and pg_hba.conf`],
  [/^42501/, (database, message) => `${database} lets this user not do that (${message}): grant it, or name its owner`],
  [/^53/, (database, message) => `${database} has no room (${message}): free disk space, memory or connections there`],
  [/^25006/, database => `${database} is read only, like a standby: name the primary as "database"`],
  [/^(?:40|55P03|57014)/, (database, message) => `${database} is held up by another program (${message}): try again`],
  [
    /^25P0[34]/,
    (database, message) =>
      `${database} ends transactions before they are done (${message}): give this user more time there, by \`alter role\``,
  ],
  [
    /^57P05/,
    (database, message) =>
      `${database} ends sessions that wait (${message}): give this user more time there, by \`alter role\``,
  ],
  [/^57P/, (database, message) => `${database} is stopping or starting (${message}): try again`],
  [/^58|^XX/, (database, message) => `${database} reports a damage of its own (${message}): look at its log`],
]

/** What is said where another process leads. */
export const ledBy = (database: string): string | null =>
  postgresFault(database, Object.assign(new Error(LED), { code: LED }))

/** What is wrong with the server, or null where our own statement is. */
export function postgresFault(database: string, error: unknown): string | null {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const shown = shownDatabase(database)
  for (const [known, says] of FAULTS) if (known.test(code)) return says(shown, message)
  if (isLost(error)) {
    return `cannot reach the database ${shown} (${message}): check that PostgreSQL runs there and takes connections from here`
  }
  return null
}

/** Whether it ends without a restart of ours: see `storeTrouble`. */
export function postgresTrouble(error: unknown): 'locked' | 'failing' | null {
  const code = codeOf(error)
  if (/^(?:40|55P03|57014)/.test(code)) return 'locked'
  if (/^(?:LED00|28|3D000|42501|53|25006|25P0[34]|57P|58|XX)/.test(code)) return 'failing'
  return isLost(error) ? 'failing' : null
}
