import type { Command } from 'commander'
import { idleSettings } from '../../config/idle-settings.ts'
import { loadConfig, readSettings } from '../../config/load-config.ts'
import type { CliContext } from '../cli-context.ts'
import { addSettingOptions, configSources } from '../setting-options.ts'

/** `chatterd serve`, or `chatterd` alone: starts the server. */
export function addServeCommand(program: Command, context: CliContext): Command {
  const command = program.command('serve', { isDefault: true }).description('start the server (the default)')
  return addSettingOptions(command).action(async () => {
    const settings = readSettings(configSources(command, context))
    const read = () => loadConfig(configSources(command, context))
    await context.serve(settings.config, read, idleSettings(settings))
  })
}
