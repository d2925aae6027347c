import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject } from '../protocol/json.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, configFilePaths, readConfigFile } from './config-file.ts'
import type { Machine } from './data-folder.ts'
import { type Flags, readSetting, type SettingResult } from './read-setting.ts'
import { type Config, type SettingKey, settingList } from './settings.ts'
import { readToolTables, tableNames } from './tool-tables.ts'
import { unknownVariables } from './unknown-variables.ts'

/** What the settings are read from. */
export interface ConfigSources extends Machine {
  /** Values of flags, by name without the dashes; `config` names a file. */
  flags?: Flags
  /** Problems of the command line, to be reported together with those of the settings. */
  problems?: readonly string[]
}

/** Where a setting's value comes from, and its text without secrets; null where there is no value. */
interface Origin {
  from: string
  shown: string | null
}

/** The settings in force, and the files that they depend on, whether these are there or not. */
export interface LoadedSettings {
  config: Config
  files: readonly string[]
}

/** The settings in force, where each comes from, and the file that was read, if any. */
export interface EffectiveSettings extends LoadedSettings {
  origins: ReadonlyMap<SettingKey, Origin>
  file: string | undefined
}

const names = settingList.map(([, { name }]) => name)

function unknownNames(flags: Flags, file: ConfigFile): string[] {
  const known = new Set(names)
  const unknownFlags = Object.keys(flags).filter((flag) => flag !== 'config' && !known.has(flag))
  const unknownKeys = Object.keys(file.settings).filter((key) => !known.has(key) && !tableNames.includes(key))
  return [
    ...unknownFlags.map((flag) => `--${flag}: no such flag${didYouMean(flag, [...names, 'config'], '--')}`),
    ...unknownKeys.map((key) => `${key} in ${file.path}: ${unknownKey(key, file.settings[key])}`),
  ]
}

const tablesAre = `settings are named at the top of the file, and its tables are ${tableNames.map((name) => `[${name}]`).join(', ')}`

/** In the file, settings have the names of their flags. */
function unknownKey(key: string, value: unknown): string {
  if (isJsonObject(value)) return `no such table; ${tablesAre}${didYouMean(key, tableNames)}`
  const byVariable = settingList.find(([, { env, fallbackEnvs = [] }]) =>
    [env, ...fallbackEnvs].includes(key),
  )
  return `no such setting${byVariable ? `; did you mean ${byVariable[1].name}?` : didYouMean(key, names)}`
}

/** Settings that are valid alone, but not together. */
function conflicts(config: Config, origins: EffectiveSettings['origins']): string[] {
  const [given, other] = config.tlsCert === undefined ? ['tls-key', 'tls-cert'] : ['tls-cert', 'tls-key']
  const from = origins.get(config.tlsCert === undefined ? 'tlsKey' : 'tlsCert')?.from
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    return [`${given} is given (${from}) and ${other} is not: HTTPS needs both`]
  }
  if (config.tls === 'dev' && config.tlsCert !== undefined) {
    const dev = origins.get('tls')?.from
    return [`tls is dev (${dev}) and tls-cert is given (${from}): remove one, dev makes its own certificate`]
  }
  if (config.tlsName !== undefined && config.tls !== 'dev') {
    const named = origins.get('tlsName')?.from
    return [`tls-name is given (${named}) and tls is not dev: only a development certificate takes names`]
  }
  return []
}

/**
 * Reads every setting from the flags, else the environment, else the file, else its default. The only I/O is to read that
 * file. Throws a `ConfigError` that lists all problems at once.
 */
export function readSettings(sources: ConfigSources): EffectiveSettings {
  const { flags = {}, problems = [], ...machine } = sources
  const file = readConfigFile(flags.config, machine)
  const results = new Map(
    settingList.map(([key, setting]) => [key, readSetting(setting, { flags, file, machine })]),
  )
  const invalid = [...results.values()].flatMap((result) => (result.ok ? [] : [result.problem]))
  const unknown = [...unknownNames(flags, file), ...unknownVariables(machine.env)]
  const mcpConfig = results.get('mcpConfig')
  const mcpFile = mcpConfig?.ok && typeof mcpConfig.value === 'string' ? mcpConfig.value : undefined
  const tools = readToolTables(file, machine, mcpFile)
  const allProblems = [...problems, ...unknown, ...file.problems, ...invalid, ...tools.problems]
  const own = file.path === undefined ? configFilePaths(flags.config, machine) : [file.path]
  const files = mcpFile === undefined ? own : [...own, mcpFile]
  if (allProblems.length > 0) throw new ConfigError(allProblems, files)

  const valid = [...results].filter(
    (entry): entry is [SettingKey, Extract<SettingResult, { ok: true }>] => entry[1].ok,
  )
  const origins = new Map(valid.map(([key, { from, shown }]) => [key, { from, shown }]))
  // Each kind parses to the type of its setting in Config.
  const values = Object.fromEntries(valid.map(([key, { value }]) => [key, value]))
  const config = Object.freeze({ ...values, tools: tools.tables }) as Config
  const conflicting = conflicts(config, origins)
  if (conflicting.length > 0) throw new ConfigError(conflicting, files)
  return { config, origins, file: file.path, files }
}

/** The settings in force; see `readSettings`. */
export function loadConfig(sources: ConfigSources): Config {
  return readSettings(sources).config
}
