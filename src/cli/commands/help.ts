import type { Command } from 'commander'
import { defaultText, type Setting } from '../../config/setting.ts'
import { settingList } from '../../config/settings.ts'
import { didYouMean } from '../../protocol/closest-name.ts'
import type { CliContext } from '../cli-context.ts'

/** `chatterd help`, `chatterd help COMMAND`, and `chatterd help SETTING`, which explains one setting. */
export function addHelpCommand(program: Command, context: CliContext): void {
  program
    .helpCommand(false)
    .command('help [topic]')
    .description('explain a command or a setting: chatterd help max-body')
    // A setting can be written as its flag.
    .allowUnknownOption()
    .action((topic = '') => {
      const command = program.commands.find((each) => each.name() === topic)
      if (topic === '') program.outputHelp()
      else if (command) command.outputHelp()
      else context.out(explanation(findSetting(topic, program)))
    })
}

/** The setting of this name, flag or variable. Ends the program with an error where there is none. */
function findSetting(topic: string, program: Command): Setting {
  const settings = settingList.map(([, setting]) => setting)
  const found = settings.find(({ name, env, fallbackEnvs = [] }) =>
    [name, `--${name}`, env, ...fallbackEnvs].includes(topic),
  )
  if (found) return found
  const names = [
    ...program.commands.map((each) => each.name()),
    ...settings.flatMap(({ name, env }) => [name, env]),
  ]
  return program.error(`${topic}: no such command or setting${didYouMean(topic, names)}`)
}

function explanation(setting: Setting): string {
  const { name, env, fallbackEnvs = [], kind, about, reload } = setting
  const rows = [
    ['flag', `--${name} <${kind.placeholder}>`],
    ['environment', [env, ...fallbackEnvs].join(', else ')],
    ['file', `${name} in chatterd.toml or chatterd.json`],
    ['default', defaultText(setting) ?? 'none'],
    ['value', kind.expected],
    ['change', reload ? 'at SIGHUP, from the file, or at a restart' : 'at a restart'],
  ] as const
  const table = rows.map(([what, text]) => `  ${what.padEnd(11)}  ${text}`)
  return [name, '', about, '', ...table, ''].join('\n')
}
