// What stands in the database.
import { counted, duration, stamp } from '../../language/say.ts'
import type { DoctorFacts, Finding, StoreFacts } from '../../model/inspected.ts'
import type { Millis } from '../../model/units.ts'
import { listed, NAMED, smell, wrong } from './finding.ts'

const MINUTE: Millis = 60_000
const DAY: Millis = 24 * 60 * MINUTE

/** A feed that has not answered for so long is dead. */
const DEAD: Millis = 30 * DAY
/** Polls that were made later than now by more than this were made by a clock that ran ahead. */
const AHEAD: Millis = MINUTE

export function database({ store, path, disk, engine }: DoctorFacts): Finding[] {
  const ofServer = engine === 'server'
  const found: Finding[] = []
  if (store === null) {
    return [
      smell('database', {
        what: ofServer ? 'there are no tables of Minwal in it yet' : 'there is no database yet',
        subject: path,
        todo: `minwal run or minwal poll makes ${ofServer ? 'them; if there were some' : 'it; if there was one'}, look at "database" in the configuration`,
      }),
    ]
  }
  if ('unreadable' in store) {
    return [
      wrong('database', {
        what: store.unreadable,
        subject: path,
        todo: ofServer
          ? 'see docs/scale.md: «Looking after it»'
          : 'see docs/operation.md: «When it does not start», «Restore»',
      }),
    ]
  }
  if (!store.ours) {
    return [
      wrong('database', {
        what: 'it is the database of another program',
        subject: path,
        todo: 'name another file as "database"',
      }),
    ]
  }
  if (store.schema > store.known) {
    found.push(
      wrong('database', {
        what: `it was written by a newer Minwal (schema ${store.schema}, this one knows ${store.known})`,
        subject: path,
        todo: 'update Minwal',
      }),
    )
  }
  if (store.schema < store.known) {
    found.push(
      smell('database', {
        what: `it is of an older version (schema ${store.schema}, this Minwal writes ${store.known}), and its tables were not looked at`,
        subject: path,
        todo: `the next minwal run or minwal poll brings it up to date${ofServer ? ': make a copy before, with pg_dump' : ', after a copy of it'}`,
      }),
    )
  }
  if (disk.network !== null) {
    found.push(
      wrong('database', {
        what: `it lies on a file system of the network (${disk.network}), where SQLite's journal does not work`,
        subject: path,
        todo: 'put it on a disk of this machine',
      }),
    )
  }
  return found
}

export function integrity(store: StoreFacts, { path }: DoctorFacts): Finding[] {
  const damaged = store.integrity.map(said =>
    wrong('integrity', {
      what: `the file is damaged: ${said}`,
      subject: path,
      todo: 'restore a backup (docs/operation.md), and look at the disk',
    }),
  )
  const orphans = store.orphans.map(({ from, to, rows }) =>
    wrong('integrity', {
      what: `${counted(rows, 'row', 'rows')} of ${from} refer to ${to} that are not there`,
      subject: from,
      todo: 'somebody has deleted rows by hand: restore a backup, or report it',
    }),
  )
  return [...damaged, ...orphans]
}

/** In a server those who write take turns; a file is mended by whoever has it alone. */
const alone = ({ engine }: DoctorFacts): string => (engine === 'server' ? '' : ' while no daemon runs')

export function fullText({ text, schema, known, integrity: damage }: StoreFacts, facts: DoctorFacts): Finding[] {
  if (schema !== known || damage.length > 0) return []
  const parts = [
    text.missing === 0 ? null : `${counted(text.missing, 'report is', 'reports are')} missing in it`,
    text.surplus === 0 ? null : `it has ${counted(text.surplus, 'report', 'reports')} that are not there`,
    text.fault,
  ].filter(part => part !== null)
  if (parts.length === 0) return []
  return [
    wrong('full text', {
      what: `the full text is not what the reports are: ${parts.join(', ')}`,
      subject: 'search',
      todo: `minwal doctor --fix makes it anew${alone(facts)}`,
      mend: 'full text',
    }),
  ]
}

export function counts({ broken, withoutFeatures }: StoreFacts, facts: DoctorFacts): Finding[] {
  const found = broken.map(({ says, ids, counts }) => {
    const [only] = says.split(' ', 1)
    return wrong('counts', {
      what: `${ids.length} ${says}`,
      subject: `${only} ${listed(ids.map(String))}`,
      todo:
        counts === null
          ? 'nothing mends it by itself: restore a backup, or report it'
          : `minwal doctor --fix counts anew${alone(facts)}`,
      mend: counts === null ? null : 'counts',
    })
  })
  if (withoutFeatures === 0) return found
  return [
    ...found,
    smell('counts', {
      what: `${counted(withoutFeatures, 'story has', 'stories have')} no entry in the index of threads`,
      subject: 'stories',
      todo: 'the next news makes them',
    }),
  ]
}

export function clock({ lastPoll }: StoreFacts, { now }: DoctorFacts): Finding[] {
  if (lastPoll === null || lastPoll <= now + AHEAD) return []
  return [
    smell('clock', {
      what: `the last poll was made ${duration(lastPoll - now)} from now (${stamp(lastPoll)} UTC): the clock ran ahead, or is behind now`,
      subject: 'clock',
      todo: 'look at the time of this machine (timedatectl); polling goes on by itself',
    }),
  ]
}

export function feeds({ feeds: polled, lastPoll }: StoreFacts, { now }: DoctorFacts): Finding[] {
  // Where nobody asks, no feed can answer.
  const asked = Math.min(now, lastPoll ?? now)
  const unasked = polled.length > 0 && now - asked > DEAD ? [nothingPolled(now - asked)] : []
  const dead = polled.filter(
    ({ lastSuccess, firstPoll, retired }) => retired || asked - (lastSuccess ?? firstPoll ?? asked) > DEAD,
  )
  return [...unasked, ...deadFeeds(dead, now)]
}

function nothingPolled(ms: Millis): Finding {
  return smell('feeds', {
    what: `nothing was polled for ${duration(ms)}`,
    subject: 'feeds',
    todo: 'start the daemon (minwal run), or poll once (minwal poll)',
  })
}

function deadFeeds(dead: StoreFacts['feeds'], now: Millis): Finding[] {
  const found = dead.slice(0, NAMED).map(({ url, agency, lastSuccess, error, retired }) =>
    smell('feeds', {
      what: retired
        ? `the feed of ${agency} is gone for good, by the word of its server`
        : `the feed of ${agency} has not answered ${lastSuccess === null ? 'yet' : `for ${duration(now - lastSuccess)}`}${error === null ? '' : `: ${error}`}`,
      subject: url,
      todo: 'find where it has moved (minwal add PAGE), or take it out of the configuration',
    }),
  )
  if (dead.length <= NAMED) return found
  return [
    ...found,
    smell('feeds', {
      what: `${dead.length - NAMED} more feeds have not answered for a month`,
      subject: 'feeds',
      todo: 'minwal feeds lists them',
    }),
  ]
}
