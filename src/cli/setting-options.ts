import { type Command, Option } from 'commander'
import type { ConfigSources } from '../config/load-config.ts'
import { defaultText, type Setting } from '../config/setting.ts'
import { settingList } from '../config/settings.ts'
import { didYouMean } from '../protocol/closest-name.ts'
import type { CliContext } from './cli-context.ts'

function settingOption(setting: Setting): Option {
  const { name, env, fallbackEnvs = [], kind, about, group } = setting
  const text = defaultText(setting)
  const facts = [
    [env, ...fallbackEnvs].join(', else '),
    kind.range?.includes(',') ? kind.expected : undefined,
    text === undefined ? undefined : `default: ${text}`,
  ]
  const description = `${about} (${facts.filter((fact) => fact !== undefined).join('; ')})`
  return new Option(`--${name} <${kind.placeholder}>`, description).helpGroup(`${group}:`)
}

/** The options that are settings; a command may have others. */
const names = new Set(['config', ...settingList.map(([, { name }]) => name)])

/** Gives a command a flag for every setting, and `--config`. `configSources` reports unknown arguments. */
export function addSettingOptions(command: Command): Command {
  command.option(
    '--config <file>',
    'Settings file (default: chatterd.toml or chatterd.json in the working directory, if one is there)',
  )
  for (const [, setting] of settingList) command.addOption(settingOption(setting))
  // Commander stops at the first error; chatterd reports all at once, with those of the settings.
  return command.allowUnknownOption().allowExcessArguments()
}

/** Where the settings of a command with these options are read from. */
export function configSources(command: Command, { machine }: CliContext): ConfigSources {
  const flags: Record<string, string> = {}
  for (const option of command.options.filter((each) => names.has(each.name()))) {
    const value: unknown = command.getOptionValue(option.attributeName())
    if (typeof value === 'string') flags[option.name()] = value
  }
  const commands = command.parent?.commands.map((sibling) => sibling.name()) ?? []
  const { unknownFlags, problems } = unknownArguments(
    command.args.slice(command.registeredArguments.length),
    commands,
  )
  for (const flag of unknownFlags) flags[flag] ??= ''
  return { ...machine, flags, problems }
}

function hint(arg: string, commands: readonly string[]): string {
  return names.has(arg) ? `; chatterd help ${arg} explains the setting` : didYouMean(arg, commands)
}

/** Splits the arguments that are no known options. An argument after an unknown flag counts as that flag's value. */
function unknownArguments(args: readonly string[], commands: readonly string[]) {
  const unknownFlags: string[] = []
  const problems: string[] = []
  let expectsValue = false
  for (const arg of args) {
    const isValue = expectsValue && !arg.startsWith('-')
    expectsValue = arg.startsWith('-') && !arg.includes('=')
    if (isValue) continue
    if (arg.startsWith('--')) unknownFlags.push(arg.slice(2).replace(/=.*/s, ''))
    else if (arg.startsWith('-')) problems.push(`${arg}: no such flag`)
    else if (commands.includes(arg)) problems.push(`${arg}: the command must come first: chatterd ${arg} …`)
    else problems.push(`${arg}: no such command${hint(arg, commands)}`)
  }
  return { unknownFlags, problems }
}
