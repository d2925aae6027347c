import { type Command, Option } from 'commander'
import { didYouMean } from '../config/closest-name.ts'
import type { ConfigSources } from '../config/load-config.ts'
import { defaultText, type Setting } from '../config/setting.ts'
import { settingList } from '../config/settings.ts'
import type { CliContext } from './program.ts'

function settingOption(setting: Setting): Option {
  const { name, env, fallbackEnv, kind, about, group } = setting
  const text = defaultText(setting)
  const facts = [
    fallbackEnv === undefined ? env : `${env}, else ${fallbackEnv}`,
    kind.range?.includes(',') ? kind.expected : undefined,
    text === undefined ? undefined : `default: ${text}`,
  ]
  const description = `${about} (${facts.filter((fact) => fact !== undefined).join('; ')})`
  return new Option(`--${name} <${kind.placeholder}>`, description).helpGroup(`${group}:`)
}

/** A command may have options of its own beside these. */
const names = new Set(['config', ...settingList.map(([, { name }]) => name)])

/** Gives a command a flag for every setting, and `--config`. What else stands on its line is told by `configSources`. */
export function addSettingOptions(command: Command): Command {
  command.option(
    '--config <file>',
    'Settings file (default: chatterd.toml or chatterd.json, where one is here)',
  )
  for (const [, setting] of settingList) command.addOption(settingOption(setting))
  // Commander stops at the first mistake; ours are told all at once, with those of the settings.
  return command.allowUnknownOption().allowExcessArguments()
}

/** What the settings of such a command are read from. */
export function configSources(command: Command, { machine }: CliContext): ConfigSources {
  const flags: Record<string, string> = {}
  for (const option of command.options.filter((each) => names.has(each.name()))) {
    const value: unknown = command.getOptionValue(option.attributeName())
    if (typeof value === 'string') flags[option.name()] = value
  }
  const commands = command.parent?.commands.map((sibling) => sibling.name()) ?? []
  const { unknownFlags, problems } = leftovers(command.args, commands)
  for (const flag of unknownFlags) flags[flag] ??= ''
  return { ...machine, flags, problems }
}

/** Sorts the words that no option took. A word behind an unknown flag is taken for that flag's value. */
function leftovers(words: readonly string[], commands: readonly string[]) {
  const unknownFlags: string[] = []
  const problems: string[] = []
  let expectsValue = false
  for (const word of words) {
    const isValue = expectsValue && !word.startsWith('-')
    expectsValue = word.startsWith('-') && !word.includes('=')
    if (isValue) continue
    if (word.startsWith('--')) unknownFlags.push(word.slice(2).replace(/=.*/s, ''))
    else if (word.startsWith('-')) problems.push(`${word}: no such flag`)
    else if (commands.includes(word)) problems.push(`${word}: a command comes first: chatterd ${word} …`)
    else problems.push(`${word}: no such command${didYouMean(word, commands)}`)
  }
  return { unknownFlags, problems }
}
