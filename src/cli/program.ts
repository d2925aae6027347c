import { Command, Help } from 'commander'
import type { CliContext } from './cli-context.ts'
import { addConfigCommand } from './commands/config.ts'
import { addHelpCommand } from './commands/help.ts'
import { addServeCommand } from './commands/serve.ts'
import { addToolsCommand } from './commands/tools.ts'

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
  addToolsCommand(program, context)
  addHelpCommand(program, context)
  return program.configureHelp({
    // `chatterd --help` lists the settings too, because `chatterd` alone serves.
    visibleOptions: (command) => {
      const own = new Help().visibleOptions(command)
      return command === program ? [...own, ...serve.options] : own
    },
    formatHelp: (command, helper) => commandsFirst(new Help().formatHelp.call(helper, command, helper)),
  })
}

/** The sections of a help text, its commands before its options: these are many. */
function commandsFirst(text: string): string {
  const sections = text.trimEnd().split('\n\n')
  const commands = sections.filter((section) => section.startsWith('Commands:'))
  const others = sections.filter((section) => !commands.includes(section))
  const options = others.findIndex((section) => section.startsWith('Options:'))
  return `${others.toSpliced(Math.max(options, 0), 0, ...commands).join('\n\n')}\n`
}
