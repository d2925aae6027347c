import type { Tool } from '../../turn/ports/toolbox.ts'

/** `starting`: it is tried for the first time. `down`: it has no tools now, and is tried again. */
export type SourceState = 'starting' | 'ready' | 'down'

/** Where tools come from. */
export interface ToolSource {
  /** As people see it: `builtin`, `file:get-time.ts`, `command`. */
  readonly name: string
  readonly state: SourceState
  /** Why it is down, in one line. */
  readonly reason?: string | undefined
  /** Empty where it is not ready. */
  readonly tools: readonly Tool[]
}

/** Sources that come and go together, such as the files of a folder. */
export interface SourceGroup {
  /** In an order that does not depend on time. */
  sources(): readonly ToolSource[]
  /** Looks for changes at once, and tries those that are down again; resolves once each was tried. Never rejects. */
  reload(): Promise<void>
  close(): void | Promise<void>
}

/** A source cannot be used as it is, and trying it again does not help before it has changed. The message is for the operator. */
export class UnusableSource extends Error {}
