import type { ConfigFile } from './config-file.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import type { Setting } from './setting.ts'

/** Values of flags, by name without the dashes. */
export type Flags = Readonly<Record<string, string | undefined>>

/** Where one setting is looked for. */
export interface Sources {
  flags: Flags
  file: ConfigFile
  machine: Machine
}

/**
 * A setting's value, where it came from (`--port`, `PORT in the environment`, `port in /etc/chatterd.toml`, `default`) and what
 * may be shown of it; or a sentence that says what is wrong.
 */
export type SettingReading =
  | { ok: true; value: unknown; from: string; shown: string | null }
  | { ok: false; problem: string }

/** A value that somebody wrote. `base` is what a relative path in it stands on. */
interface Given {
  from: string
  value: unknown
  base: string
}

function fromFlag({ name }: Setting, { flags, machine }: Sources): Given | undefined {
  const value = flags[name]
  return value === undefined ? undefined : { from: `--${name}`, value: value.trim(), base: machine.cwd }
}

/** An empty variable is one that is not set: that is how deployments take one away. */
function fromEnvironment(variable: string | undefined, { machine }: Sources): Given | undefined {
  const value = variable === undefined ? '' : machine.env[variable]?.trim()
  return value ? { from: `${variable} in the environment`, value, base: machine.cwd } : undefined
}

function fromFile({ name }: Setting, { file, machine }: Sources): Given | undefined {
  if (file.path === undefined || !Object.hasOwn(file.settings, name)) return undefined
  const base = pathsOf(machine).dirname(file.path)
  return { from: `${name} in ${file.path}`, value: file.settings[name], base }
}

function fromDefault({ default: usual }: Setting, { machine }: Sources): Given | undefined {
  if (usual === null) return undefined
  const value = typeof usual === 'string' ? usual : usual.of(machine)
  return { from: 'default', value, base: machine.cwd }
}

function described(value: unknown, { redact }: Setting['kind']): string {
  if (typeof value === 'string') return JSON.stringify(redact === undefined ? value : redact(value))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a table'
  return String(value)
}

/** Reads one setting from the strongest source that has it: flag, environment, file, default. */
export function readSetting(setting: Setting, sources: Sources): SettingReading {
  const given =
    fromFlag(setting, sources) ??
    fromEnvironment(setting.env, sources) ??
    fromFile(setting, sources) ??
    fromEnvironment(setting.fallbackEnv, sources) ??
    fromDefault(setting, sources)
  if (given === undefined) return { ok: true, value: undefined, from: 'default', shown: null }
  const { kind } = setting
  const text = typeof given.value === 'number' ? String(given.value) : given.value
  const place = { base: given.base, home: sources.machine.home, paths: pathsOf(sources.machine) }
  const value = typeof text === 'string' && text !== '' ? kind.parse(text, place) : undefined
  if (value === undefined) {
    return {
      ok: false,
      problem: `${given.from} is ${described(given.value, kind)}: expected ${kind.expected}`,
    }
  }
  const shown = typeof value === 'string' ? value : String(text)
  return { ok: true, value, from: given.from, shown: kind.redact?.(shown) ?? shown }
}
