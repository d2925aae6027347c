import type { Machine } from './data-folder.ts'
import type { Kind } from './kinds.ts'

export const groups = ['Server', 'Data', 'Engine', 'Turns', 'Tools', 'Streams'] as const

/** One setting, with all that `--help`, the documentation and the error messages say about it. */
export interface Setting<T = unknown> {
  group: (typeof groups)[number]
  /** The name of the flag, without dashes, and of the key in the file. */
  name: string
  env: string
  /** Variables of other programs, read where the setting is given nowhere else; the first one counts. */
  fallbackEnvs?: readonly string[]
  kind: Kind<T>
  /** As a person writes it; null: there is no default. */
  default: string | null | PlatformDefault
  /** True where a change of the settings file changes it while the server runs; else that needs a restart. */
  reload?: true
  /** What the setting does, and what happens at its limit. */
  about: string
}

/** A default that depends on the machine. */
interface PlatformDefault {
  description: string
  resolve(machine: Machine): string
}

/** The default as `--help` and the documentation name it; undefined where there is none. */
export function defaultText({ default: value }: Setting): string | undefined {
  if (value === null) return undefined
  return typeof value === 'string' ? value : value.description
}
