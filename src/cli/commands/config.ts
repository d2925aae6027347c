import type { Command } from 'commander'
import { type EffectiveSettings, readSettings } from '../../config/load-config.ts'
import { groups } from '../../config/setting.ts'
import { settingList } from '../../config/settings.ts'
import type { CliContext } from '../cli-context.ts'
import { addSettingOptions, configSources } from '../setting-options.ts'

function listing({ origins, file }: EffectiveSettings): string {
  const nameWidth = Math.max(...settingList.map(([, { name }]) => name.length))
  const lines = groups.flatMap((group) => [
    '',
    `${group}:`,
    ...settingList
      .filter(([, setting]) => setting.group === group)
      .map(([key, { name }]) => {
        const { shown, from } = origins.get(key) ?? { shown: null, from: 'default' }
        return `  ${name.padEnd(nameWidth)}  ${shown ?? 'none'}  (${from})`
      }),
  ])
  return [file === undefined ? 'No settings file.' : `Settings file: ${file}`, ...lines, ''].join('\n')
}

/** `chatterd config`: prints the settings in force and where each comes from, with secrets hidden. */
export function addConfigCommand(program: Command, context: CliContext): Command {
  const command = program
    .command('config')
    .description('print the settings in force and where each comes from, with secrets hidden')
  return addSettingOptions(command).action(() => {
    context.out(listing(readSettings(configSources(command, context))))
  })
}
