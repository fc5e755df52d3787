// The command that copies the database.
import { stat } from 'node:fs/promises'
import { counted } from '../language/say.ts'
import { isPostgres, shownDatabase } from '../model/database.ts'
import { backUp } from '../store/backup.ts'
import { type Progress, progress } from './progress.ts'
import { type Common, configuredToRead, Failed, json, out, say } from './shared.ts'

const MEGABYTE = 1e6
const megabytes = (bytes: number): number => Math.ceil(bytes / MEGABYTE)

/** Of the tables, those whose names last. */
const shown = ({ reports, revisions, stories, threads, feeds, polls }: Readonly<Record<string, number>>): object => ({
  reports,
  revisions,
  stories,
  threads,
  feeds,
  polls,
})

/** PostgreSQL has backups of its own, and those know what else a server has. */
function withItsOwn(database: string, file: string): string {
  const command = `pg_dump --format custom --file '${file.replaceAll("'", `'\\''`)}' '${shownDatabase(database)}'`
  return `${shownDatabase(database)} is a PostgreSQL database: use its own backup, \`${command}\`; \`minwal copy\` makes a file of it`
}

export async function backup(file: string, options: Common & { force?: boolean; secrets?: boolean }): Promise<void> {
  const { database } = configuredToRead(options)
  if (isPostgres(database)) throw new Failed(withItsOwn(database, file))
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  let bar: Progress | null = null
  const began = performance.now()
  const made = await backUp({
    path: database,
    to: file,
    force: options.force ?? false,
    secrets: options.secrets ?? false,
    signal: stopping.signal,
    onProgress: (done, total) => {
      bar ??= progress(megabytes(total), 'MB')
      bar.reached(megabytes(done))
    },
  }).finally(() => bar?.end())
  process.off('SIGINT', stop)
  process.off('SIGTERM', stop)
  if (!made.ok) throw new Failed(made.reason)
  const { value } = made
  const seconds = Math.round((performance.now() - began) / 100) / 10
  if (options.json) return json({ ...value, rows: shown(value.rows), seconds, verified: true })
  const { reports = 0, stories = 0, threads = 0 } = value.rows
  out(
    `${value.file}: ${megabytes(value.bytes)} MB in ${seconds} s, verified: ` +
      `${counted(reports, 'report', 'reports')}, ${counted(stories, 'story', 'stories')}, ${counted(threads, 'thread', 'threads')}`,
  )
  for (const secret of value.secrets) out(`${secret}: ${(await stat(secret)).size} B, for its owner alone`)
  if (!options.secrets) say('the key to what is under embargo is not in it: --secrets copies it beside the backup')
}
