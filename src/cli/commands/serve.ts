import type { Command } from 'commander'
import { idleSettings } from '../../config/idle-settings.ts'
import { readSettings } from '../../config/load-config.ts'
import type { CliContext } from '../cli-context.ts'
import { addSettingOptions, configSources } from '../setting-options.ts'

/** `chatterd serve`, or `chatterd` alone: starts the server. */
export function addServeCommand(program: Command, context: CliContext): Command {
  const command = program.command('serve', { isDefault: true }).description('start the server (the default)')
  return addSettingOptions(command).action(async () => {
    const sources = configSources(command, context)
    const settings = readSettings(sources)
    let { file } = settings
    const readAgain = () => {
      // Where the file is gone, this is an error: without it, all that it says would be undone.
      const again = readSettings({ ...sources, flags: { ...sources.flags, ...(file && { config: file }) } })
      file = again.file
      return again
    }
    await context.serve(settings, readAgain, idleSettings(settings))
  })
}
