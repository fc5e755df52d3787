// One PostgreSQL for all files of a run: started when the first of them asks for it, removed at the end.
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder: whoever makes the file `wanted` in it finds the server's address, or why there is none, in `answer`. */
    postgres: string
  }
}

export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'minwal-asked-'))
  let starting: Promise<PostgresServer> | null = null
  const answer = (text: string): void => {
    writeFileSync(join(folder, 'part'), text, { mode: 0o600 })
    renameSync(join(folder, 'part'), join(folder, 'answer'))
  }
  const looking = setInterval(() => {
    if (starting !== null || !existsSync(join(folder, 'wanted'))) return
    clearInterval(looking)
    starting = startPostgres()
    starting.then(
      ({ url }) => answer(url),
      (error: unknown) => answer(`${error}`),
    )
  }, 50)
  project.provide('postgres', folder)
  return async () => {
    clearInterval(looking)
    await starting?.then(
      server => server.remove(),
      () => {
        // There is none, as whoever asked was told.
      },
    )
    rmSync(folder, { recursive: true, force: true })
  }
}
