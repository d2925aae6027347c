import { Command, Help } from 'commander'
import type { Machine } from '../config/data-folder.ts'
import type { Config } from '../config/settings.ts'
import { addConfigCommand } from './commands/config.ts'
import { addServeCommand } from './commands/serve.ts'

/** What the commands work with: the machine's facts, the terminal and the server. */
export interface CliContext {
  machine: Machine
  version: string
  /** Writes to standard output, line ends included. */
  out(text: string): void
  /** Writes to standard error, line ends included. */
  err(text: string): void
  serve(config: Config): Promise<unknown>
}

/** Builds the command line: `serve`, which is also what no command at all means, and the others. */
export function createProgram(context: CliContext): Command {
  const program = new Command('chatterd')
    .description(
      'A self-hosted chat server between your apps and a language model, with tools on both sides.',
    )
    .version(context.version)
    .exitOverride()
    .configureOutput({ writeOut: context.out, writeErr: context.err })
  const serve = addServeCommand(program, context)
  addConfigCommand(program, context)
  return program.configureHelp({
    // `chatterd --help` has to tell the settings, for `chatterd` alone serves.
    visibleOptions: (command) => {
      const own = new Help().visibleOptions(command)
      return command === program ? [...own, ...serve.options] : own
    },
  })
}
