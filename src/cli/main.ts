// The grammar of the commands, and their exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
import { inspect } from 'node:util'
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { Millis } from '../model/units.ts'
import { readMoment } from '../publish/query.ts'
import { completions, SHELLS } from './completions.ts'
import type { DescribedProgram } from './described.ts'
import { EXAMPLES } from './examples.ts'
import { demoConfig, Failed, hidden, out, say, version } from './shared.ts'

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

/** What a command does, loaded when it is given: loading all of them is half of a short command's time. */
function later<Given extends unknown[]>(load: () => Promise<(...given: Given) => unknown>) {
  return async (...given: Given): Promise<void> => {
    const run = await load()
    await run(...given)
  }
}

/** The grammar of all commands. */
export function build(): Command {
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
  /** One that goes on from a database that is there, also from the demo's. */
  const onFile = (name: string, description: string): Command =>
    command(name, description)
      .addOption(new Option('--demo', "the demo's configuration, after `npm run demo`").conflicts('config'))
      .hook('preAction', given => {
        if (given.opts()['demo'] === true) given.setOptionValue('config', demoConfig())
      })

  command('run', 'run the daemon: poll on schedule, serve the page and the feeds')
    .addOption(
      new Option('--role <role>', 'what this process does, beside others on one PostgreSQL database')
        .choices(['all', 'collect', 'desk', 'publish'])
        .default('all'),
    )
    .action(later(async () => (await import('./run.ts')).run))
  command('poll', 'poll what is due once, and exit')
    .argument('[feeds...]', 'addresses of feeds, or ids of agencies or feeds; polled whether due or not')
    .option('--force', 'poll all feeds, due or not')
    .option('--json', 'print the counts and each failure as JSON')
    .action(later(async () => (await import('./run.ts')).poll))
  onFile('check', 'check the configuration')
    .option('--fetch', 'try every feed, storing nothing')
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await import('./check.ts')).check))
  onFile('feeds', 'list every feed: state, last success, next poll and why, error')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./read.ts')).feeds))
  command('add', 'find the feed, the map of news or the list behind an address and add it to the configuration')
    .argument('<url>', 'address of a feed, a map of news, or a page of the agency')
    .option('--agency <id>', 'the agency it belongs to; by default the one with feeds on the same host, or a new one')
    .option('--name <name>', 'name of the agency: a new one is opened under it, unless one has it')
    .option('--allow-private', 'the address may lie in a private network; written with the feed')
    .option('--yes', 'add the likeliest of several, and ask nobody')
    .option('--page', 'the address is a page with a list of reports: propose how it is read, and add it')
    .option('--items <css>', 'of such a page: the selector of its items, in place of a proposal')
    .option('--json', 'print what was found and added as JSON')
    .action(later(async () => (await import('./sources.ts')).add))
  command('import', 'add the feeds of an OPML file to the configuration; folders become categories')
    .argument('<file>', 'file, or - for standard input')
    .option('--json', 'print the counts as JSON')
    .action(later(async () => (await import('./sources.ts')).importFeeds))
  onFile('export', 'print the feeds of the configuration as OPML 2.0; categories become folders').action(
    later(async () => (await import('./sources.ts')).exportFeeds),
  )
  aboutNews(onFile)
  onFile('prune', 'delete what is older than "retain" of the configuration keeps, now')
    .option('--dry-run', 'only say what would go')
    .option('--json', 'print the counts as JSON')
    .action(later(async () => (await import('./prune.ts')).prune))
  onFile('publish', 'write the feeds and pages as static files, from the store alone')
    .argument('<dir>', 'folder to write to; of what is there already, only what has changed is written')
    .option('--since <span>', 'give pages to threads that grew within this time before the newest: 12h, 30d, 8w', '30d')
    .option('--gzip', 'write FILE.gz beside each file, for web servers that send it as it is')
    .action(later(async () => (await import('./publish.ts')).publish))
  program
    .command('parse')
    .description('show what collecting makes of feed documents')
    .argument('<files...>', 'files, or - for standard input')
    .option('--url <url>', 'address the document came from: the base of its links')
    .option('--config <file>', 'not read by this command')
    .option('--json', 'one JSON object a file')
    .exitOverride()
    .action(later(async () => (await import('./check.ts')).parse))
  aboutPages(program)
  program
    .command('eval')
    .description('run filing and threading over labelled items and print their quality')
    .argument('<items>', 'JSON lines: {"id","lang","title","text","source","url","published","story"?,"thread"?}')
    .option('--out <file>', 'write {"id","story","thread"} a line')
    .option('--errors <file>', 'write the worst wrong joins and missed links, a JSON object a line, each with why')
    .option('--config <file>', 'take "threads" from this configuration')
    .option('--json', 'print as JSON')
    .exitOverride()
    .action(later(async () => (await import('./evaluate.ts')).evaluateItems))
  aboutTheFile(command, onFile)
  aboutTheService(program)
  program
    .command('completions')
    .description('print what a shell needs to complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .exitOverride()
    .action(shell => out(completions(shell, described(program))))
  for (const one of program.commands) {
    one.addHelpText('after', `\nExamples:\n${(EXAMPLES[one.name()] ?? []).map(line => `  ${line}`).join('\n')}`)
  }
  return program
}

/** The command on the page of a report. */
function aboutPages(program: Command): void {
  program
    .command('page')
    .description('show what would be taken from the page of a report, and why, or why nothing')
    .argument('<page>', 'address of the page, a file, or - for standard input')
    .option('--title <headline>', 'headline of the report in its feed: a page of another one is told by it')
    .option('--summary <text>', 'what its feed says of it')
    .option('--url <address>', 'of a file: the address the report links to')
    .option('--final-url <address>', 'of a file: the address that answered, after redirects')
    .option('--status <n>', 'of a file: the HTTP status of the answer', positive)
    .option('--content-type <type>', 'of a file: the Content-Type of the answer')
    .option('--allow-private', 'the address may lie in a private network')
    .option('--config <file>', 'where it is there, pages are asked for as its "poll" says', 'config.json')
    .option('--json', 'print as JSON')
    .exitOverride()
    .action(later(async () => (await import('./page.ts')).page))
}

/** The commands on what was filed: reading it, and the editor's hand. */
function aboutNews(onFile: (name: string, description: string) => Command): void {
  onFile('threads', 'list threads, the most recently grown first')
    .option('--since <time>', 'only threads that grew since: 24h, 7d, 2w, or a date (UTC)', since)
    .option('--lang <tag>', 'only threads with stories in this language', languageTag)
    .option('--agency <id>', 'only threads this agency reports')
    .option('--limit <n>', 'how many', positive, 30)
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./read.ts')).threads))
  onFile('thread', 'show a thread: its stories, who reported when, figures')
    .argument('<id>', 'number of the thread', positive)
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./read.ts')).thread))
  onFile('story', 'show a story: the reports that carry it, what was changed, its text')
    .argument('<id>', 'number of the story', positive)
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./read.ts')).story))
  onFile('search', 'search all reports, newest first')
    .argument('<words...>', 'all must occur, in any inflection')
    .option('--limit <n>', 'how many', positive, 30)
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./read.ts')).search))
  onFile('explain', 'why the reports of a story are one piece of copy, and why it is in its thread')
    .argument('<id>', 'number of a story; or report:ID, thread:ID')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./editor.ts')).explainItem))
  onFile('merge', 'make one thread of several, or one story with story:ID; the machine never undoes it')
    .argument('<ids...>', 'numbers of threads, or story:ID story:ID')
    .option('--json', 'print the id that remains as JSON')
    .action(later(async () => (await import('./editor.ts')).merge))
  onFile('split', 'take stories out of a thread, or reports out of a story; the machine never undoes it')
    .argument('<id>', 'number of the thread, or story:ID')
    .argument('<members...>', 'numbers of the stories, or of the reports, that leave')
    .option('--json', 'print the new id as JSON')
    .action(later(async () => (await import('./editor.ts')).split))
  onFile('decisions', 'list what was joined and parted by hand')
    .option('--export <file>', 'write it as labelled items for `minwal eval`; - for standard output')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./editor.ts')).decisions))
}

/** The grammar as plain data. */
export function described(program: Command): DescribedProgram {
  const commands = program.commands.map(command => {
    const help = command.createHelp()
    return {
      name: command.name(),
      description: command.description(),
      usage: command.usage(),
      options: help.visibleOptions(command).map(option => ({
        names: [option.short, option.long].filter(name => name !== undefined),
        term: help.optionTerm(option),
        description: help.optionDescription(option),
        takesValue: option.required || option.optional,
      })),
      arguments: command.registeredArguments.map(argument => ({
        name: help.argumentTerm(argument),
        description: help.argumentDescription(argument),
        choices: argument.argChoices ?? [],
      })),
    }
  })
  return { description: program.description(), commands }
}

/** The commands for whoever makes a service of it. */
function aboutTheService(program: Command): void {
  program
    .command('service')
    .description('print the steps that make a service of systemd of it, or do them')
    .addArgument(new Argument('<what>', 'what to do').choices(['install']))
    .option('--apply', 'do them, one by one; what is done already is left')
    .addOption(new Option('--root <folder>', 'before every path that is written').hideHelp())
    .exitOverride()
    .action(later(async () => (await import('./service.ts')).service))
}

type MakeCommand = (name: string, description: string) => Command

/** The commands for those who look after the database, or ask it themselves. */
function aboutTheFile(command: MakeCommand, onFile: MakeCommand): void {
  onFile('sql', 'ask the database in SQL, for reading only; .tables and .schema [NAME] say what there is')
    .argument('[query...]', 'one statement in quotes; read from standard input where it is left out')
    .option('--csv', 'print as CSV, with a line of names')
    .option('--json', 'print as an array of objects')
    .option('--jsonl', 'print an object a line')
    .option('--param <name=value>', "value of :name in the query; '12' in quotes is text; may be given again", several)
    .option('--timeout <time>', 'give up after: 500ms, 30s, 5m')
    .action(later(async () => (await import('./sql.ts')).sql))
  onFile('backup', 'copy the database to a file, verified, while the daemon goes on')
    .argument('<file>', 'a backup of the same database that is there is replaced')
    .option('--force', 'replace whatever file is there')
    .option('--secrets', 'copy the key to what is under embargo, and subscriptions, beside it: FILE.key, FILE.private')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./backup.ts')).backup))
  command(
    'copy',
    'copy a database to another engine, an SQLite file to PostgreSQL or back, and compare both row by row',
  )
    .option(
      '--from <database>',
      'path or postgres:// address of what is copied; the "database" of the configuration where it is left out',
    )
    .option(
      '--to <database>',
      'path or postgres:// address of a new database; the "database" of the configuration where it is left out',
    )
    .option('--verify', 'only compare the two')
    .option('--json', 'print rows and digest of each table as JSON')
    .action(later(async () => (await import('./copy.ts')).copy))
  onFile('replay', 'file the documents that "keep.bodies" kept again, into another database, and say what differs')
    .argument('<file>', 'the database to make')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./replay.ts')).replayInto))
  onFile('notify', 'list whom the configuration tells of what')
    .argument('[rules...]', 'names of rules; all where none is named')
    .option('--test', 'send each of them a test notice')
    .option('--json', 'print the result as JSON')
    .action(later(async () => (await import('./notify.ts')).notify))
  onFile('doctor', 'look the database and its surroundings over: what is wrong, what only smells, what to do')
    .option('--fix', 'mend counts, full text, permissions and the journal, where nobody else has the file open')
    .option('--json', 'print as JSON')
    .action(later(async () => (await import('./doctor.ts')).doctor))
}

function positive(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number above 0.')
  return number
}

const several = (text: string, before: readonly string[] = []): string[] => [...before, text]

function since(text: string): Millis {
  const moment = readMoment(text, Date.now())
  if (!moment.ok) throw new InvalidArgumentError(`It ${moment.reason}.`)
  return moment.value
}

/** A tag of a language that there is (BCP 47, as Unicode names languages). */
function languageTag(text: string): string {
  let name: string | undefined
  try {
    name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(text)
  } catch {
    // It has not the form of a tag.
  }
  if (name === undefined) throw new InvalidArgumentError('It must be the tag of a language, like ar or en-GB.')
  return text
}
