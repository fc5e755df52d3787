// Completion for shells, made from the grammar of the commands: the words of each command and its options, and file names.
import type { DescribedCommand, DescribedOption, DescribedProgram } from './described.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A script that the shell reads. */
export function completions(shell: Shell, program: DescribedProgram): string {
  return { bash, zsh, fish }[shell](program)
}

/** Words between single quotes, for all three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** What an argument of a command may be, where that is a few words. */
const words = (command: DescribedCommand): string[] => command.arguments.flatMap(({ choices }) => [...choices])

function bash(program: DescribedProgram): string {
  const top = [...program.commands.map(command => command.name), 'help', '--help', '--version']
  const cases = program.commands.map(command => {
    const options = command.options.flatMap(({ names }) => names)
    const values = command.options.flatMap(one => (one.takesValue ? one.names : []))
    const choices = words(command)
    return `    ${command.name}) options='${options.join(' ')}' values='${values.join(' ')}' words='${choices.join(' ')}' ;;`
  })
  return `# bash completion for minwal
_minwal() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} options='' values='' words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${top.join(' ')}' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    help) words='${program.commands.map(command => command.name).join(' ')}' ;;
${cases.join('\n')}
  esac
  if [[ " $values " == *" $previous "* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -o filenames -F _minwal minwal
`
}

function zsh(program: DescribedProgram): string {
  const described = (text: string): string => text.replace(/[[\]\\:]/g, '\\$&')
  const option = ({ names, takesValue, description }: DescribedOption): string[] => {
    const value = takesValue ? ':value:_files' : ''
    const excluding = names.length > 1 ? `(${names.join(' ')})` : ''
    return names.map(name => quoted(`${excluding}${name}[${described(description)}]${value}`))
  }
  const cases = program.commands.map(command => {
    const choices = words(command)
    const rest = quoted(choices.length > 0 ? `*:word:(${choices.join(' ')})` : '*:file:_files')
    return `        ${command.name}) _arguments ${[...command.options.flatMap(option), rest].join(' ')} ;;`
  })
  return `#compdef minwal
_minwal() {
  local state
  local -a commands=(
${program.commands.map(command => `    ${quoted(`${command.name}:${described(command.description)}`)}`).join('\n')}
  )
  _arguments -C '--help[show help]' '--version[show the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
if [ "$funcstack[1]" = _minwal ]; then _minwal "$@"; else compdef _minwal minwal; fi
`
}

function fish(program: DescribedProgram): string {
  const lines = program.commands.flatMap(command => {
    const name = command.name
    const here = `complete -c minwal -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`
    const options = command.options.map(one => {
      const value = one.takesValue ? ' -r' : ''
      const typed = one.names
        .map(each => (each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`))
        .join('')
      return `${here}${typed}${value} -d ${quoted(one.description)}`
    })
    const choices = words(command)
    return [
      `complete -c minwal -n __fish_use_subcommand -f -a ${name} -d ${quoted(command.description)}`,
      ...options,
      ...(choices.length > 0 ? [`${here} -f -a ${quoted(choices.join(' '))}`] : []),
    ]
  })
  return `# fish completion for minwal\n${lines.join('\n')}\n`
}
