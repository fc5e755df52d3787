// `minwal publish`: writes the feeds and pages as static files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { staticSite } from '../publish/static.ts'
import { type Common, Failed, reading, say } from './shared.ts'

export function publish(dir: string, options: Common): void {
  reading(options, (store, config) => {
    let count = 0
    try {
      for (const file of staticSite(store, config)) {
        const path = join(dir, file.path)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, file.body)
        count++
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error) throw new Failed(`cannot write to ${dir} (${error.message})`)
      throw error
    }
    say(`${count} files written to ${dir}`)
  })
}
