// The command that copies a database to another engine.
import { databaseSecrets } from '../config/database.ts'
import { counted } from '../language/say.ts'
import { isPostgres, shownDatabase } from '../model/database.ts'
import { copyDatabase } from '../store/copy/copy.ts'
import { type Progress, progress } from './progress.ts'
import { type Common, configuredToRead, Failed, hideSecretsOf, json, out, say } from './shared.ts'

interface CopyOptions extends Common {
  from?: string
  to?: string
  verify?: boolean
}

export async function copy(options: CopyOptions): Promise<void> {
  const { from, to } = ends(options)
  let bar: Progress | null = null
  const began = performance.now()
  const copied = await copyDatabase({
    from,
    to,
    verifyOnly: options.verify ?? false,
    notice: say,
    onProgress: (done, total) => {
      bar ??= progress(total, 'rows copied and compared')
      bar.reached(done)
    },
  }).finally(() => bar?.end())
  if (!copied.ok) throw new Failed(copied.reason)
  const { value } = copied
  const seconds = Math.round((performance.now() - began) / 100) / 10
  if (options.json) return json({ ...value, seconds, verified: true })
  const { reports, stories, threads } = value.tables
  const what = options.verify ? 'is what' : `${seconds} s, every row compared with`
  out(
    `${value.to}: ${what} ${value.from}${options.verify ? ' is' : ''}: ` +
      `${counted(reports?.rows ?? 0, 'report', 'reports')}, ${counted(stories?.rows ?? 0, 'story', 'stories')}, ${counted(threads?.rows ?? 0, 'thread', 'threads')}`,
  )
  if (!options.verify) say(`set "database": ${JSON.stringify(shownDatabase(to))} in the configuration to go on with it`)
}

/** What is copied to what: of the one that is not named the configuration's. */
function ends(options: CopyOptions): { from: string; to: string } {
  if (options.from === undefined && options.to === undefined) {
    throw new Failed('name at least one of --from and --to: a path, or an address like postgres://host/name', 2)
  }
  const named = (given: string | undefined): string => given ?? configuredToRead(options).database
  const found = { from: named(options.from), to: named(options.to) }
  for (const database of Object.values(found)) {
    if (!isPostgres(database)) continue
    hideSecretsOf({ agencies: [], secrets: databaseSecrets(database, {}) })
    if (!URL.canParse(database)) throw new Failed(`${shownDatabase(database)} is no address of a database`, 2)
  }
  return found
}
