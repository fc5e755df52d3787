// A PostgreSQL server: whether it takes what Minwal writes, and who stands in its way.
import { duration } from '../../language/say.ts'
import type { DoctorFacts, Finding, ServerFacts } from '../../model/inspected.ts'
import type { Millis } from '../../model/units.ts'
import { listed, smell, wrong } from './finding.ts'

const MINUTE: Millis = 60_000
/** A transaction that is open for so long keeps the server from clearing away what was replaced. */
const LONG_TRANSACTION: Millis = 10 * MINUTE
/** A standby that is so far behind shows old news. */
const FAR_BEHIND: Millis = 5 * MINUTE
/** Connections that are left: one daemon takes some six. */
const FEW_CONNECTIONS = 10

export function server({ server: facts, path }: DoctorFacts): Finding[] {
  if (facts == null) return []
  return [...writing(facts, path), ...room(facts, path)]
}

function writing({ encoding, isStandby, lag, missing }: ServerFacts, path: string): Finding[] {
  const found: Finding[] = []
  if (encoding !== 'UTF8') {
    found.push(
      wrong('server', {
        what: `the database keeps texts as ${encoding}`,
        subject: path,
        todo: 'create one with `createdb --encoding UTF8 --template template0`',
      }),
    )
  }
  if (isStandby) {
    const behind = lag === null || lag < FAR_BEHIND ? '' : `, and ${duration(lag)} behind its primary`
    found.push(
      (lag ?? 0) >= FAR_BEHIND
        ? wrong('server', {
            what: `it is a standby${behind}`,
            subject: path,
            todo: 'look at the replication of the server',
          })
        : smell('server', {
            what: 'it is a standby: it can be read, and nothing can be polled into it',
            subject: path,
            todo: 'name the primary as "database" where feeds are polled',
          }),
    )
  }
  if (missing.length > 0) {
    found.push(
      wrong('server', {
        what: `its user may not: ${listed(missing)}`,
        subject: path,
        todo: 'grant it, or name the owner of the tables in the address',
      }),
    )
  }
  return found
}

function room({ connections: { used, most }, longest }: ServerFacts, path: string): Finding[] {
  const found: Finding[] = []
  if (most - used < FEW_CONNECTIONS) {
    found.push(
      smell('server', {
        what: `${used} of ${most} connections of the server are taken`,
        subject: path,
        todo: 'raise max_connections there, or put PgBouncer before it',
      }),
    )
  }
  if (longest !== null && longest.ms >= LONG_TRANSACTION) {
    found.push(
      smell('server', {
        what: `a transaction has been open for ${duration(longest.ms)} (${longest.who}${longest.state === '' ? '' : `, ${longest.state}`})`,
        subject: path,
        todo: 'end it: what was replaced since cannot be cleared away',
      }),
    )
  }
  return found
}
