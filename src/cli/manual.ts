// The manual page, in the language of man(7), made from the grammar of the commands.
import type { DescribedCommand, DescribedProgram } from './described.ts'
import { EXAMPLES } from './examples.ts'

/** `minwal.1` for this version. */
export function manual(program: DescribedProgram, version: string): string {
  return [
    `.TH MINWAL 1 "" "Minwal ${version}" "User Commands"`,
    '.SH NAME',
    'minwal \\- collect, thread and republish news agencies\\(aq feeds',
    '.SH SYNOPSIS',
    '.B minwal',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    plain(program.description),
    '.PP',
    plain(
      'Data goes to standard output, everything else to standard error. Colour and progress bars stand on a terminal only.',
    ),
    '.SH COMMANDS',
    ...program.commands.flatMap(about),
    '.SH EXIT STATUS',
    ...[
      ['0', 'Done.'],
      ['1', 'Failed: what was asked for could not be done, or not all of it.'],
      ['2', 'The command or the configuration is wrong.'],
    ].flatMap(([code = '', meaning = '']) => ['.TP', `.B ${code}`, plain(meaning)]),
    '.SH FILES',
    '.TP',
    '.I config.json',
    plain('The configuration, where --config names no other. JSON with comments; config.schema.json describes it.'),
    '.SH ENVIRONMENT',
    '.TP',
    '.B MINWAL_DATABASE_MODE',
    plain('Mode of the file of the database, like 0640.'),
    '.PP',
    plain(`${'$'}{NAME} in strings of the configuration is the variable NAME.`),
    '',
  ].join('\n')
}

function about(command: DescribedCommand): string[] {
  const entry = (letter: string, term: string, description: string): string[] =>
    description === '' ? [] : ['.TP', `.${letter} ${escaped(term)}`, plain(description)]
  return [
    `.SS minwal ${escaped(`${command.name} ${command.usage}`)}`,
    plain(`${capital(command.description)}.`),
    ...command.arguments.flatMap(({ name, description }) => entry('I', name, description)),
    ...command.options.flatMap(({ term, description }) => entry('B', term, description)),
    '.PP',
    'Examples:',
    '.PP',
    '.nf',
    ...(EXAMPLES[command.name] ?? []).map(line => `    ${escaped(line)}`),
    '.fi',
  ]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Characters that roff takes for its own, and hyphens that are to be typed. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('"', '\\(dq')

/** A line of text: none that begins as a request does. */
const plain = (text: string): string => escaped(text).replace(/^[.']/, '\\&$&')
