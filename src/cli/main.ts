// The commands: arguments in, text and an exit code out. 0 done, 1 failed, 2 wrong usage or configuration.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { parseDocument } from '../collect/feed/parse.ts'
import { createParserPool } from '../collect/feed/pool.ts'
import { unpackFile } from '../collect/net/coding.ts'
import { createFetcher } from '../collect/net/fetch.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { withoutLogin } from '../config/secrets.ts'
import { wireNames } from '../decide/wire/read.ts'
import { noCounts } from '../desk/desk.ts'
import { createEncoder, tryEncoder } from '../encode/encoder.ts'
import { relative, stamp } from '../language/say.ts'
import { createLog } from '../log.ts'
import type { ParsedFeed } from '../model/collected.ts'
import type { PollOutcome } from '../model/decided.ts'
import type { ReportView, Selection, StorySummary, ThreadSummary } from '../model/shown.ts'
import type { FeedState } from '../model/stored.ts'
import type { Millis } from '../model/units.ts'
import { readMoment } from '../publish/query.ts'
import { staticSite } from '../publish/static.ts'
import { type Daemon, openDesk, startDaemon } from '../run/daemon.ts'
import { dueFeeds, feedsByUrl, type NamedFeed, type PollDeps, releaseEmbargoes } from '../run/poll.ts'
import { Poller } from '../run/poller.ts'
import { storeFault } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { tryFeeds } from './check.ts'
import { registerEditorCommands } from './editor.ts'
import { evaluateItems } from './evaluate.ts'
import {
  type Common,
  configuredToPoll,
  Failed,
  hidden,
  hideSecretsOf,
  json,
  jsonLine,
  out,
  reading,
  say,
} from './shared.ts'
import { registerFeedCommands } from './sources.ts'
import { table } from './table.ts'

const version = String(
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
)

/** Run one command. Resolves to its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  // A reader that has seen enough (`minwal threads | head`) is no failure.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.once('uncaughtException', error => {
    crash(error)
    process.exit(1)
  })
  const program = build()
  try {
    await program.parseAsync(['node', 'minwal', ...args])
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof Failed) {
      say(hidden(`minwal: ${error.message}`))
      return error.code
    }
    crash(error)
    return 1
  }
}

/** A bug: told in full to whoever can mend it, but for secrets. */
function crash(error: unknown): void {
  process.stderr.write(hidden(`${inspect(error)}\n`))
}

function build(): Command {
  const program = new Command('minwal')
    .description(
      "Collects news agencies' feeds, keeps each piece of copy once, groups reports into threads, publishes one feed.",
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError('(minwal --help lists the commands)')
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--config <file>', 'configuration', 'config.json')
      .exitOverride()

  command('run', 'run the daemon: poll on schedule, serve the page and the feeds').action(run)
  command('poll', 'poll what is due once, and exit')
    .argument('[feeds...]', 'addresses of feeds, or ids of agencies or feeds; polled whether due or not')
    .option('--force', 'poll all feeds, due or not')
    .option('--json', 'print the counts and each failure as JSON')
    .action(poll)
  command('check', 'check the configuration')
    .option('--fetch', 'try every feed, storing nothing')
    .option('--json', 'print the result as JSON')
    .action(check)
  command('feeds', 'list every feed: state, last success, next poll and why, error')
    .option('--json', 'print as JSON')
    .action(feeds)
  registerFeedCommands(command)
  command('threads', 'list threads, the most recently grown first')
    .option('--since <time>', 'only threads that grew since: 24h, 7d, 2w, or a date (UTC)', since)
    .option('--lang <tag>', 'only threads with stories in this language')
    .option('--agency <id>', 'only threads this agency reports')
    .option('--limit <n>', 'how many', positive, 30)
    .option('--json', 'print as JSON')
    .action(threads)
  command('thread', 'show a thread: its stories, who reported when, figures')
    .argument('<id>', 'number of the thread', positive)
    .option('--json', 'print as JSON')
    .action(thread)
  command('search', 'search all reports, newest first')
    .argument('<words...>', 'all must occur, in any inflection')
    .option('--limit <n>', 'how many', positive, 30)
    .option('--json', 'print as JSON')
    .action(search)
  registerEditorCommands(command)
  command('publish', 'write the feeds and pages as static files, from the store alone')
    .argument('<dir>', 'folder to write to')
    .action(publish)
  program
    .command('parse')
    .description('show what collecting makes of feed documents')
    .argument('<files...>', 'files, or - for standard input')
    .option('--url <url>', 'address the document came from: the base of its links')
    .option('--config <file>', 'not read by this command')
    .option('--json', 'one JSON object a file')
    .exitOverride()
    .action(parse)
  program
    .command('eval')
    .description('run filing and threading over labelled items and print their quality')
    .argument('<items>', 'JSON lines: {"id","lang","title","text","source","url","published","story"?,"thread"?}')
    .option('--out <file>', 'write {"id","story","thread"} a line')
    .option('--errors <file>', 'write the worst wrong joins and missed links, a JSON object a line, each with why')
    .option('--config <file>', 'take "threads" from this configuration')
    .option('--json', 'print as JSON')
    .exitOverride()
    .action(evaluateItems)
  return program
}

function positive(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return number
}

function since(text: string): Millis {
  const moment = readMoment(text, Date.now())
  if (!moment.ok) throw new InvalidArgumentError(`It ${moment.reason}.`)
  return moment.value
}

async function run(options: Common): Promise<void> {
  const config = configuredToPoll(options)
  const log = createLog(config.log.level, process.stderr.isTTY === true, hidden)
  // Heard before READY=1 goes out: whoever waits for it may send a signal at once.
  const asked = stopSignal()
  let daemon: Daemon | null = null
  process.on('SIGHUP', () => daemon?.reload())
  const started = await startDaemon({
    config,
    log,
    version,
    reload: { file: options.config, load: () => loadAgain(options.config) },
  })
  if (!started.ok) throw new Failed(started.reason)
  daemon = started.value
  if (process.stderr.isTTY)
    say(`Minwal serves ${daemon.address}/ and polls ${feedsByUrl(config.agencies).size} feeds. Ctrl-C stops it.`)
  const lost = await Promise.race([asked, daemon.lost])
  await daemon.stop()
  if (typeof lost === 'string') throw new Failed(lost)
}

function loadAgain(file: string): Loaded {
  const loaded = loadConfig(file, process.env)
  if (loaded.ok) hideSecretsOf(loaded.config)
  return loaded
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    const stop = (): void => {
      if (asked) process.exit(1)
      asked = true
      resolve()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

async function poll(named: string[], options: Common & { force?: boolean }): Promise<void> {
  const config = configuredToPoll(options)
  const log = createLog(config.log.level === 'debug' ? 'debug' : 'error', process.stderr.isTTY === true)
  const stopping = new AbortController()
  let fault: string | null = null
  const opened = openDesk(config, Date.now, {
    lockPatience: 1_000,
    patience: PATIENCE,
    signal: stopping.signal,
    onGivenUp: reason => {
      fault = reason
      // What else there is to fetch could not be stored either.
      stopping.abort()
    },
  })
  if (!opened.ok) throw new Failed(opened.reason)
  const { store, desk } = opened.value
  const fetcher = createFetcher(config.poll)
  const pool = createParserPool()
  const encoder = config.threads.encoder ? createEncoder(config.threads.encoder, log) : null
  try {
    const feeds = feedsByUrl(config.agencies)
    const due = () => dueFeeds({ store, feeds, settings: config.poll, now: Date.now })
    const chosen = choose(store, feeds, named, options.force === true, due)
    const started = performance.now()
    const outcomes: PollOutcome[] = []
    const bar = progress(chosen.length)
    const deps: PollDeps = {
      store,
      desk,
      fetcher,
      log,
      encoder,
      names: wireNames(config.agencies),
      feeds,
      signal: stopping.signal,
      settings: config.poll,
      now: Date.now,
      parse: (bytes, contentType, options) => pool.parse(bytes, contentType, options),
    }
    const poller = new Poller(
      () => deps,
      outcome => {
        outcomes.push(outcome)
        bar.step()
      },
    )
    try {
      await releaseEmbargoes(deps)
      poller.add(chosen)
      await poller.idle()
    } catch (error) {
      fault ??= storeFault(config.database, error)
      throw new Failed(fault ?? `a poll could not be stored: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      bar.end()
    }
    if (fault !== null) throw new Failed(fault)
    report(outcomes, (performance.now() - started) / 1_000, options)
  } finally {
    encoder?.close()
    await fetcher.close()
    await pool.close()
    store.close()
  }
}

/** How long `minwal poll` waits for a file that cannot be written. */
const PATIENCE: Millis = 30_000

function choose(
  store: Store,
  feeds: ReadonlyMap<string, NamedFeed>,
  named: readonly string[],
  force: boolean,
  due: () => FeedState[],
): FeedState[] {
  const all = store.feeds()
  if (named.length === 0) {
    return force ? all.filter(feed => feed.state !== 'paused') : due()
  }
  const chosen = new Set<FeedState>()
  for (const name of named) {
    const isCalled = ({ url, agency, id }: FeedState): boolean =>
      url === name || agency === name || String(id) === name || feeds.get(url)?.spec.target === name
    const matches = all.filter(isCalled)
    if (matches.length === 0) {
      throw new Failed(
        `no feed or agency of the configuration is called ${withoutLogin(name)}: \`minwal feeds\` lists them`,
        2,
      )
    }
    for (const match of matches) chosen.add(match)
  }
  return [...chosen]
}

function report(outcomes: readonly PollOutcome[], seconds: number, options: Common): void {
  const counts = noCounts()
  for (const outcome of outcomes) {
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += outcome.counts[key]
  }
  const failed = outcomes.filter(outcome => outcome.failure !== null)
  const unchanged = outcomes.filter(outcome => outcome.status === 'unchanged').length
  if (options.json) {
    json({
      feeds: outcomes.length,
      unchangedFeeds: unchanged,
      failedFeeds: failed.length,
      ...counts,
      seconds: Math.round(seconds * 1_000) / 1_000,
      peakRssMB: Math.round(process.resourceUsage().maxRSS / 1_024),
      failures: failed.map(({ url, failure }) => ({ url, kind: failure?.kind, reason: failure?.message })),
    })
    return
  }
  for (const { url, failure } of failed) say(`${url}: ${failure?.message}`)
  out(
    `${outcomes.length} feeds polled in ${seconds.toFixed(1)} s: ${unchanged} unchanged, ${failed.length} failed; ` +
      `${counts.entries} entries: ${counts.new} new, ${counts.copy} copies, ${counts.revision} revisions, ` +
      `${counts.unchanged} known, ${counts.rejected} rejected`,
  )
}

function progress(total: number): { step(): void; end(): void } {
  if (!process.stderr.isTTY || total === 0) return { step: () => {}, end: () => {} }
  let done = 0
  const draw = (): void => {
    const filled = Math.round((done / total) * 30)
    process.stderr.write(`\r[${'█'.repeat(filled)}${'·'.repeat(30 - filled)}] ${done}/${total} feeds`)
  }
  draw()
  return {
    step: () => {
      done++
      draw()
    },
    end: () => void process.stderr.write('\r\u001b[K'),
  }
}

async function check(options: Common & { fetch?: boolean }): Promise<void> {
  const config = configuredToPoll(options)
  const named = [...feedsByUrl(config.agencies).values()]
  const tried = config.threads.encoder ? await tryEncoder(config.threads.encoder) : null
  if (tried?.ok === false) throw new Failed(`${options.config}: threads.encoder: ${tried.reason}`, 2)
  if (!options.fetch) {
    const numbers = tried === null ? {} : { encoder: { numbers: tried.value } }
    if (options.json) json({ ok: true, agencies: config.agencies.length, feeds: named.length, ...numbers })
    else {
      const agencies = config.agencies.length
      const encoder = tried === null ? '' : `, an encoder that gives a text ${tried.value} numbers`
      out(
        `${options.config} is right: ${agencies} ${agencies === 1 ? 'agency' : 'agencies'}, ${named.length} ${named.length === 1 ? 'feed' : 'feeds'}${encoder}`,
      )
    }
    return
  }
  const bar = progress(named.length)
  const results = await tryFeeds(named, config.poll, () => bar.step()).finally(() => bar.end())
  results.sort((a, b) => a.agency.localeCompare(b.agency) || a.url.localeCompare(b.url))
  const failed = results.filter(result => result.error !== null)
  if (options.json) json({ ok: failed.length === 0, feeds: results })
  else {
    out(
      table(
        ['agency', 'entries', 'feed', 'result'],
        results.map(({ agency, entries, url, error, warnings }) => [
          agency,
          String(entries),
          url,
          error ?? (warnings.join('; ') || 'ok'),
        ]),
        80,
      ),
    )
    say(`${results.length - failed.length} of ${results.length} feeds answered with a feed`)
  }
  if (failed.length > 0) process.exitCode = 1
}

function feeds(options: Common): void {
  reading(options, (store, config) => {
    const states = store.feeds()
    if (options.json) {
      // Validators and hashes are Minwal's own business with the server.
      json(states.map(({ validators: _validators, bodyHash: _hash, ...shown }) => shown))
      return
    }
    const now = Date.now()
    out(
      table(
        ['id', 'agency', 'state', 'reports', 'last success', 'next poll', 'feed', 'why'],
        states.map(feed => [
          String(feed.id),
          feed.agency,
          feed.state,
          String(feed.reports),
          relative(feed.lastSuccess, now),
          feed.state === 'paused' ? '–' : relative(feed.nextPoll, now),
          feed.url,
          [feed.error, feed.reason, ...feed.warnings].filter(Boolean).join('; '),
        ]),
        70,
      ),
    )
    const failing = states.filter(feed => feed.state === 'failing' || feed.state === 'retired').length
    say(`${states.length} feeds of ${config.agencies.length} agencies, ${failing} failing`)
  })
}

function threads(options: Common & { since?: Millis; lang?: string; agency?: string; limit: number }): void {
  reading(options, store => {
    const selection: Selection = { limit: options.limit }
    if (options.since !== undefined) selection.since = options.since
    if (options.lang !== undefined) selection.lang = options.lang
    if (options.agency !== undefined) selection.agency = options.agency
    const found = store.recentThreads(selection)
    if (options.json) return json(found.map(threadJson))
    out(
      table(
        ['id', 'last', 'stories', 'reports', 'agencies', 'lead'],
        found.map(item => [
          String(item.id),
          stamp(item.last),
          String(item.stories),
          String(item.reports),
          item.agencies.map(agency => agency.id).join(' '),
          item.title,
        ]),
        40,
      ),
    )
  })
}

function threadJson(item: ThreadSummary): object {
  const { lead, ...rest } = item
  return {
    ...rest,
    first: iso(item.first),
    last: iso(item.last),
    updated: iso(item.updated),
    agencies: item.agencies.map(part => ({ ...part, first: iso(part.first) })),
    lead: storyJson(lead),
  }
}

function storyJson(story: StorySummary): object {
  const { id, key, thread, title, url, language, agency, credits, signal, text, reports, revisions } = story
  return {
    id,
    key,
    thread,
    title,
    url,
    language,
    agency,
    agencies: story.agencies.map(part => part.id),
    credits,
    signal,
    time: iso(story.time),
    updated: iso(story.updated),
    reports,
    revisions,
    text,
  }
}

function iso(time: Millis): string {
  return new Date(time).toISOString()
}

/** Why a report stands with a story, in a word or two. */
const ALSO: Readonly<Record<ReportView['joinedBy'], string>> = {
  first: 'filed first',
  guid: 'same id',
  url: 'same address',
  text: 'same text',
  flash: 'its full report',
  editor: "an editor's decision",
}

function thread(id: number, options: Common): void {
  reading(options, store => {
    const found = store.thread(store.redirect('thread', id) ?? id)
    if (!found) throw new Failed(`there is no thread ${id}: \`minwal threads\` lists them`)
    if (found.id !== id) say(`thread ${id} was merged into thread ${found.id}`)
    if (options.json) {
      const { timeline, figures, ...summary } = found
      json({
        ...threadJson(summary),
        timeline: timeline.map(story => ({
          ...storyJson(story),
          reports: store
            .story(story.id)
            ?.members.map(({ id: report, agency, url, title, time, joinedBy, revisions }) => ({
              id: report,
              agency,
              url,
              title,
              time: iso(time),
              joinedBy,
              revisions: revisions.length,
            })),
        })),
        figures: figures.map(figure => ({ ...figure, time: iso(figure.time) })),
      })
      return
    }
    const lines = [
      found.title,
      `${stamp(found.first)} – ${stamp(found.last)} UTC, ${found.stories} stories, ${found.reports} reports`,
      '',
      'Agencies, by first report',
      table(
        ['first', 'reports', 'agency'],
        found.agencies.map(part => [stamp(part.first), String(part.reports), part.name]),
      ),
      '',
      'Stories, oldest first',
    ]
    for (const story of found.timeline) {
      const signal = story.signal ? ` [${story.signal}]` : ''
      lines.push(`${stamp(story.time)}  #${story.id}  ${story.agencyName}: ${story.title}${signal}`)
      const members = store.story(story.id)?.members ?? []
      // The one that speaks for the story is told already.
      const lead = members.findIndex(({ agency, title }) => agency === story.agency && title === story.title)
      for (const [at, member] of members.entries()) {
        const edits = member.revisions.length > 1 ? `${member.revisions.length} revisions` : ''
        const notes = [at === lead ? '' : ALSO[member.joinedBy], edits, member.stale ? 'still runs the old text' : '']
          .filter(Boolean)
          .join(', ')
        if (at !== lead) lines.push(`    also ${member.agencyName}: ${member.title} (${notes})`)
        else if (notes) lines.push(`    ${notes}`)
      }
    }
    if (found.figures.length > 0) {
      lines.push(
        '',
        'Figures',
        table(
          ['time', 'what', 'number', 'agency', 'as written'],
          found.figures.map(figure => [
            stamp(figure.time),
            figure.kind,
            String(figure.value),
            figure.agencyName,
            figure.matched,
          ]),
        ),
      )
    }
    out(lines.join('\n'))
  })
}

function search(words: string[], options: Common & { limit: number }): void {
  reading(options, store => {
    const found = store.search(words.join(' '), options.limit)
    if (options.json) return json(found.map(storyJson))
    if (found.length === 0) return say(`nothing found for ${words.join(' ')}`)
    out(
      table(
        ['time', 'thread', 'agency', 'headline'],
        found.map(story => [stamp(story.time), String(story.thread), story.agencyName, story.title]),
        30,
      ),
    )
  })
}

function publish(dir: string, options: Common): void {
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

/** Bytes of a packed file that `minwal parse` unpacks. */
const MOST_UNPACKED = 256 * 1_048_576

async function parse(files: string[], options: { url?: string; json?: boolean }): Promise<void> {
  for (const file of files) {
    let bytes: Uint8Array
    try {
      bytes = file === '-' ? readFileSync(0) : readFileSync(file)
    } catch (error) {
      const reason = `cannot read it (${error instanceof Error ? error.message : String(error)})`
      showParsed(file, { ok: false, reason }, options)
      continue
    }
    const unpacked = await unpackFile(bytes, MOST_UNPACKED)
    const limits = { url: options.url ?? null, maxEntries: 10_000 }
    showParsed(file, unpacked.ok ? await parseDocument(unpacked.value, null, limits) : unpacked, options)
  }
}

function showParsed(
  file: string,
  parsed: { ok: true; value: ParsedFeed } | { ok: false; reason: string },
  options: { json?: boolean },
): void {
  if (!parsed.ok) {
    process.exitCode = 1
    if (options.json) jsonLine({ file, error: parsed.reason })
    else say(`${file}: ${parsed.reason}`)
    return
  }
  const { ttl: _ttl, skip: _skip, hub: _hub, self: _self, entries, warnings, ...feed } = parsed.value
  if (options.json) {
    const shown = entries.map(({ source: _source, text: _text, ...entry }) => ({
      ...entry,
      published: entry.published === null ? null : iso(entry.published),
      updated: entry.updated === null ? null : iso(entry.updated),
    }))
    jsonLine({ file, ...feed, entries: shown, warnings })
    return
  }
  out(`${file}: ${feed.format} ${feed.version ?? ''} «${feed.title ?? ''}», ${entries.length} entries`)
  for (const entry of entries) out(`  ${stamp(entry.published)}  ${entry.title}`)
  for (const warning of warnings) say(`${file}: ${warning}`)
}
