// The grammar of the commands as plain data: what completions and the manual page are made from.

export interface DescribedOption {
  /** `-h` and `--help`, those that there are. */
  names: string[]
  /** As help writes it: `--since <time>`. */
  term: string
  description: string
  takesValue: boolean
}

export interface DescribedArgument {
  name: string
  description: string
  /** The words it may be; empty where it may be any. */
  choices: readonly string[]
}

export interface DescribedCommand {
  name: string
  description: string
  /** What follows the name: `[options] <id>`. */
  usage: string
  options: DescribedOption[]
  arguments: DescribedArgument[]
}

export interface DescribedProgram {
  description: string
  commands: DescribedCommand[]
}
