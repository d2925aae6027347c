import type { Machine } from './data-folder.ts'
import type { Kind } from './kinds.ts'

export const groups = ['Server', 'Data', 'Engine', 'Turns', 'Tools', 'Streams'] as const

/** One setting, with all that `--help`, the documentation and the error messages say of it. */
export interface Setting<T = unknown> {
  group: (typeof groups)[number]
  /** The flag without its dashes, and the key in the file. */
  name: string
  env: string
  /** Another program's variable, read where nothing else is said. */
  fallbackEnv?: string
  kind: Kind<T>
  /** As a person would write it; null: none. */
  default: string | null | PlatformDefault
  /** What it does, and what happens at its bound. */
  about: string
}

/** A default that depends on the machine, and the words for it. */
interface PlatformDefault {
  words: string
  of(machine: Machine): string
}
