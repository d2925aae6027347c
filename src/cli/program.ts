import { Command, Help } from 'commander'
import type { CliContext } from './cli-context.ts'
import { addConfigCommand } from './commands/config.ts'
import { addServeCommand } from './commands/serve.ts'

/** Creates the command line: `serve`, which is the default command, and the others. */
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
    // `chatterd --help` lists the settings too, because `chatterd` alone serves.
    visibleOptions: (command) => {
      const own = new Help().visibleOptions(command)
      return command === program ? [...own, ...serve.options] : own
    },
  })
}
