import { didYouMean } from './closest-name.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import type { Machine } from './data-folder.ts'
import { type Flags, readSetting, type SettingReading } from './read-setting.ts'
import { type Config, type SettingKey, settingList } from './settings.ts'

/** What the settings are read from. */
export interface ConfigSources extends Machine {
  /** Values of flags, by name without the dashes; `config` names a file. */
  flags?: Flags
  /** What was wrong with the command line already, to be told with the rest. */
  problems?: readonly string[]
}

/** Where a setting's value came from, and the value as it may be shown: secrets hidden, null where there is none. */
interface Origin {
  from: string
  shown: string | null
}

/** The settings in force, where each came from, and the file that was read, if any. */
export interface EffectiveSettings {
  config: Config
  origins: ReadonlyMap<SettingKey, Origin>
  file: string | undefined
}

const names = settingList.map(([, { name }]) => name)

function unknownNames(flags: Flags, file: ConfigFile): string[] {
  const known = new Set(names)
  const unknownFlags = Object.keys(flags).filter((flag) => flag !== 'config' && !known.has(flag))
  const unknownKeys = Object.keys(file.settings).filter((key) => !known.has(key))
  return [
    ...unknownFlags.map((flag) => `--${flag}: no such flag${didYouMean(flag, [...names, 'config'], '--')}`),
    ...unknownKeys.map((key) => `${key} in ${file.path}: no such setting${didYouMean(key, names)}`),
  ]
}

/** Settings that are right one by one and wrong together. */
function contradictions(config: Config, origins: EffectiveSettings['origins']): string[] {
  const [pair, other] = config.tlsCert === undefined ? ['tls-key', 'tls-cert'] : ['tls-cert', 'tls-key']
  const from = origins.get(config.tlsCert === undefined ? 'tlsKey' : 'tlsCert')?.from
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    return [`${pair} is given (${from}) and ${other} is not: HTTPS needs both`]
  }
  if (config.tls === 'dev' && config.tlsCert !== undefined) {
    const dev = origins.get('tls')?.from
    return [
      `tls is dev (${dev}) and tls-cert is given (${from}): leave one out, dev makes its own certificate`,
    ]
  }
  return []
}

/**
 * Reads every setting from flags, then the environment, then the file, then its default. Reads that one file and touches
 * nothing else. Throws a `ConfigError` that tells everything that is wrong, at once.
 */
export function readSettings(sources: ConfigSources): EffectiveSettings {
  const { flags = {}, problems = [], ...machine } = sources
  const file = readConfigFile(flags.config, machine)
  const readings = new Map(
    settingList.map(([key, setting]) => [key, readSetting(setting, { flags, file, machine })]),
  )
  const wrong = [...readings.values()].flatMap((reading) => (reading.ok ? [] : [reading.problem]))
  const found = [...problems, ...unknownNames(flags, file), ...file.problems, ...wrong]
  if (found.length > 0) throw new ConfigError(found)

  const right = [...readings].filter(
    (entry): entry is [SettingKey, Extract<SettingReading, { ok: true }>] => entry[1].ok,
  )
  const origins = new Map(right.map(([key, { from, shown }]) => [key, { from, shown }]))
  // Every kind gives what its setting's type says, so the entries of the table make a Config.
  const config = Object.freeze(Object.fromEntries(right.map(([key, { value }]) => [key, value]))) as Config
  const together = contradictions(config, origins)
  if (together.length > 0) throw new ConfigError(together)
  return { config, origins, file: file.path }
}

/** The settings in force; see `readSettings`. */
export function loadConfig(sources: ConfigSources): Config {
  return readSettings(sources).config
}
