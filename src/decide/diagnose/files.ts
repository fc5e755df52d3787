// The files of the database, their disk, and copies of them.
import { duration, stamp } from '../../language/say.ts'
import type { DoctorFacts, FileFact, Finding } from '../../model/inspected.ts'
import { megabytes, readable, smell, wrong } from './finding.ts'

/** A journal so many times as large as its database, and larger than this many bytes, was never emptied. */
const LARGE_JOURNAL = { times: 5, bytes: 64 * 1_048_576 }
/** Free space below which the next days may end it, in bytes. */
const LITTLE_SPACE = 256 * 1_048_576
/** Backups are late after so many times the time between two. */
const LATE_BACKUP = 2
/** Permissions that nobody but the owner may have on files with secrets. */
const OTHERS = 0o077
const OTHERS_WRITE = 0o022
const STICKY = 0o1000

export function permissions({ files }: DoctorFacts): Finding[] {
  return files.flatMap(({ path, what, mode }) => {
    const shown = (mode & 0o777).toString(8).padStart(4, '0')
    const secret = what === 'key' || what === 'private file' || what === 'vectors'
    if (secret && (mode & OTHERS) !== 0) {
      return [
        (what === 'vectors' ? smell : wrong)('permissions', {
          what: `others may read or write the ${what} (${shown})`,
          subject: path,
          todo: 'chmod 600, or minwal doctor --fix',
          mend: 'permissions',
        }),
      ]
    }
    if (what === 'folder') {
      if ((mode & OTHERS_WRITE) === 0 || (mode & STICKY) !== 0) return []
      return [
        wrong('permissions', {
          what: `others may put another file in the place of the database (${shown})`,
          subject: path,
          todo: 'chmod go-w',
        }),
      ]
    }
    if (secret || what === 'copy' || (mode & OTHERS_WRITE) === 0) return []
    return [
      wrong('permissions', {
        what: `others may write the ${what} (${shown})`,
        subject: path,
        todo: 'chmod go-w, or minwal doctor --fix',
        mend: 'permissions',
      }),
    ]
  })
}

export function journal({ files, users }: DoctorFacts): Finding[] {
  const of = (what: FileFact['what']): FileFact | undefined => files.find(file => file.what === what)
  const [file, wal] = [of('database'), of('journal')]
  if (wal === undefined || wal.bytes === 0) return []
  if (file === undefined) {
    return [
      wrong('journal', {
        what: 'there is a journal without its database: what was filed last may stand in it',
        subject: wal.path,
        todo: 'put the database back beside it before anything opens it, or remove the journal',
      }),
    ]
  }
  if (wal.bytes > LARGE_JOURNAL.bytes && wal.bytes >= LARGE_JOURNAL.times * file.bytes) {
    return [
      smell('journal', {
        what: `the journal (${megabytes(wal.bytes)}) is ${Math.floor(wal.bytes / Math.max(1, file.bytes))} times as large as the database`,
        subject: wal.path,
        todo: 'end programs that keep a transaction open for long; minwal doctor --fix cuts it back',
        mend: 'journal',
      }),
    ]
  }
  if (users?.length !== 0) return []
  return [
    smell('journal', {
      what: `a program that was killed left a journal (${megabytes(wal.bytes)}); nothing in it is lost`,
      subject: wal.path,
      todo: 'the next minwal run takes it into the database, as does minwal doctor --fix',
      mend: 'journal',
    }),
  ]
}

export function space(facts: DoctorFacts): Finding[] {
  const { disk, path } = facts
  const store = readable(facts)
  if (disk.free < LITTLE_SPACE) {
    return [
      wrong('disk space', {
        what: `${megabytes(disk.free)} are free on the disk of the database`,
        subject: path,
        todo: 'make room: on a full disk polling rests',
      }),
    ]
  }
  if (store === null || disk.free >= store.bytes * 1.1) return []
  return [
    smell('disk space', {
      what: `${megabytes(disk.free)} are free: less than the database has (${megabytes(store.bytes)})`,
      subject: path,
      todo: 'the copy before an upgrade, and writing the file anew, need as much as it has',
    }),
  ]
}

export function backups({ config: { backup }, now, engine }: DoctorFacts): Finding[] {
  // A server has backups of its own, which nobody sees from here.
  if (engine === 'server') return []
  if (backup === null) {
    return [
      smell('backups', {
        what: 'the daemon makes no backups',
        subject: 'backup',
        todo: '"backup": {"to": "FOLDER"} in the configuration, or minwal backup FILE by a timer of yours',
      }),
    ]
  }
  const { every, newest, fault } = backup
  if (fault !== null) {
    return [
      wrong('backups', {
        what: `backups cannot be looked at: ${fault}`,
        subject: 'backup.to',
        todo: 'look at the folder',
      }),
    ]
  }
  if (newest !== null && now - newest <= LATE_BACKUP * every) return []
  return [
    wrong('backups', {
      what:
        newest === null
          ? 'there is no backup yet'
          : `the newest backup is ${duration(now - newest)} old, and one is due every ${duration(every)}`,
      subject: 'backup.to',
      todo: 'is the daemon running? Its log says why none was made',
    }),
  ]
}

export function leftovers({ files }: DoctorFacts): Finding[] {
  return files
    .filter(({ what }) => what === 'copy')
    .map(({ path, bytes, modified }) =>
      smell('leftovers', {
        what: `a copy of the database of ${stamp(modified)} UTC takes ${megabytes(bytes)}`,
        subject: path,
        todo: 'remove it when you are sure that you do not go back',
      }),
    )
}
