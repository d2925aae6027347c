import type { Command } from 'commander'
import { loadConfig } from '../../config/load-config.ts'
import type { CliContext } from '../cli-context.ts'
import { addSettingOptions, configSources } from '../setting-options.ts'

/** `chatterd serve`, or `chatterd` alone: starts the server. */
export function addServeCommand(program: Command, context: CliContext): Command {
  const command = program.command('serve', { isDefault: true }).description('start the server (the default)')
  return addSettingOptions(command).action(async () => {
    const read = () => loadConfig(configSources(command, context))
    await context.serve(read(), read)
  })
}
