import type { ConfigFile } from './config-file.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import type { Setting } from './setting.ts'

/** Values of flags, by name without the dashes. */
export type Flags = Readonly<Record<string, string | undefined>>

/** Where a setting is read from. */
export interface Sources {
  flags: Flags
  file: ConfigFile
  machine: Machine
}

/**
 * A setting's value, where it comes from (`--port`, `PORT in the environment`, `port in /etc/chatterd.toml`, `default`) and
 * its text without secrets; or a sentence that says what is wrong with it.
 */
export type SettingResult =
  | { ok: true; value: unknown; from: string; shown: string | null }
  | { ok: false; problem: string }

/** A value before it is parsed. `base` is the folder that a relative path in it starts at. */
interface RawValue {
  from: string
  value: unknown
  base: string
}

function fromFlag({ name }: Setting, { flags, machine }: Sources): RawValue | undefined {
  const value = flags[name]
  return value === undefined ? undefined : { from: `--${name}`, value: value.trim(), base: machine.cwd }
}

/** An empty variable counts as not set: many deployments can empty a variable, but not remove it. */
function fromEnvironment(variable: string, { machine }: Sources): RawValue | undefined {
  const value = machine.env[variable]?.trim()
  return value ? { from: `${variable} in the environment`, value, base: machine.cwd } : undefined
}

function fromFile({ name }: Setting, { file, machine }: Sources): RawValue | undefined {
  if (file.path === undefined || !Object.hasOwn(file.settings, name)) return undefined
  const base = pathsOf(machine).dirname(file.path)
  return { from: `${name} in ${file.path}`, value: file.settings[name], base }
}

function fromDefault({ default: defaultValue }: Setting, { machine }: Sources): RawValue | undefined {
  if (defaultValue === null) return undefined
  const value = typeof defaultValue === 'string' ? defaultValue : defaultValue.resolve(machine)
  return { from: 'default', value, base: machine.cwd }
}

function describe(value: unknown, { redact }: Setting['kind']): string {
  if (typeof value === 'string') return JSON.stringify(redact === undefined ? value : redact(value))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a table'
  return String(value)
}

function textOf(value: unknown, { isList }: Setting['kind']): unknown {
  if (typeof value === 'number') return String(value)
  const isTexts = isList && Array.isArray(value) && value.every((item) => typeof item === 'string')
  return isTexts ? value.join(',') : value
}

/** Reads one setting from the first source that has it, in this order: flag, environment, file, default. */
export function readSetting(setting: Setting, sources: Sources): SettingResult {
  const raw =
    fromFlag(setting, sources) ??
    fromEnvironment(setting.env, sources) ??
    fromFile(setting, sources) ??
    setting.fallbackEnvs?.map((variable) => fromEnvironment(variable, sources)).find((found) => found) ??
    fromDefault(setting, sources)
  if (raw === undefined) return { ok: true, value: undefined, from: 'default', shown: null }
  const { kind } = setting
  const text = textOf(raw.value, kind)
  const context = { base: raw.base, home: sources.machine.home, paths: pathsOf(sources.machine) }
  const value = typeof text === 'string' && text !== '' ? kind.parse(text, context) : undefined
  if (value === undefined) {
    return {
      ok: false,
      problem: `${raw.from} is ${describe(raw.value, kind)}: expected ${kind.expected}`,
    }
  }
  const shown = typeof value === 'string' ? value : String(text)
  return { ok: true, value, from: raw.from, shown: kind.redact?.(shown) ?? shown }
}
