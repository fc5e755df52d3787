// `minwal publish`: writes the feeds and pages as static files.
import { readMoment } from '../publish/query.ts'
import { writeStaticSite } from '../run/static-files.ts'
import { aggregatorOnFile, type Common, Failed, say, version } from './shared.ts'

export interface PublishOptions extends Common {
  since: string
  gzip?: boolean
}

export async function publish(dir: string, options: PublishOptions): Promise<void> {
  const since = readMoment(options.since, 0)
  if (!since.ok || since.value >= 0) throw new Failed(`--since must be a span such as 12h, 30d or 8w`, 2)
  const { aggregator, config } = await aggregatorOnFile(options)
  try {
    const opened = aggregator.open()
    if (!opened.ok) throw new Failed(opened.reason)
    const settings = { span: -since.value, gzip: options.gzip ?? false, program: version }
    const done = writeStaticSite(dir, opened.value, config, settings)
    if (!done.ok) throw new Failed(done.reason)
    const { files, written, removed } = done.value
    say(`${files} files in ${dir}: ${written} written, ${removed} removed`)
    if (config.linkIsDefault) say(`"link" is not set: feeds, sitemap and 404 page name ${config.link}`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && !(error instanceof Failed)) {
      throw new Failed(`cannot write to ${dir} (${error.message})`)
    }
    throw error
  } finally {
    await aggregator.stop()
  }
}
