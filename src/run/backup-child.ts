// The process that makes a backup for the daemon: copying and verifying take a disk and a processor, and it gives way to all
// others. Its parent gives it the options and is told the outcome.
import { setPriority } from 'node:os'
import type { Outcome } from '../model/units.ts'
import { type Backup, type BackupOptions, backUp } from '../store/backup.ts'

export type BackupRequest = Pick<BackupOptions, 'path' | 'to' | 'mode'>
export type BackupAnswer = Outcome<Backup>

const LOWEST = 19

const giveUp = new AbortController()
process.once('SIGTERM', () => giveUp.abort())
// Its parent is gone: nobody waits for the copy, and the next daemon begins its own.
process.once('disconnect', () => giveUp.abort())
process.once('message', (request: BackupRequest) => {
  try {
    setPriority(LOWEST)
  } catch {
    // Not everywhere allowed.
  }
  void backUp({ ...request, signal: giveUp.signal })
    .catch(
      (error: unknown): BackupAnswer => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }),
    )
    .then(answer => {
      if (process.connected) process.send?.(answer, () => process.disconnect())
    })
})
