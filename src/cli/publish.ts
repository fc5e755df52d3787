// `minwal publish`: writes the feeds and pages as static files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { staticSite } from '../publish/static.ts'
import { aggregatorOnFile, type Common, Failed, say } from './shared.ts'

export async function publish(dir: string, options: Common): Promise<void> {
  const { aggregator, config } = await aggregatorOnFile(options)
  try {
    const opened = aggregator.open()
    if (!opened.ok) throw new Failed(opened.reason)
    let count = 0
    for (const file of staticSite(opened.value, config)) {
      const path = join(dir, file.path)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, file.body)
      count++
    }
    say(`${count} files written to ${dir}`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && !(error instanceof Failed)) {
      throw new Failed(`cannot write to ${dir} (${error.message})`)
    }
    throw error
  } finally {
    await aggregator.stop()
  }
}
