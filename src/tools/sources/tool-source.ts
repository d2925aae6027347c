import type { ToolSettings } from '../../protocol/tool-settings/tool-settings.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'

/** `starting`: it is tried for the first time. `down`: it has no tools now, and is tried again. */
export type SourceState = 'starting' | 'ready' | 'down'

/** Where tools come from. */
export interface ToolSource {
  /** As people see it: `builtin`, `file:get-time.ts`, `command`, `openapi:petstore`. */
  readonly name: string
  readonly state: SourceState
  /** Why it is down, in one line. */
  readonly reason?: string | undefined
  /** Empty where it is not ready. */
  readonly tools: readonly Tool[]
  /** A sentence for each tool that it would have, and that cannot be one. */
  readonly problems?: readonly string[]
  /** A sentence for each thing that the settings file says of it, and that has no effect. */
  readonly notes?: readonly string[]
}

/** What sources of all kinds have in common. */
export interface SourceGroupOptions {
  /** How many changes of files are loaded: each stays in memory. */
  maxReloads: number
  /** Longest output of a tool, in bytes. */
  maxOutputBytes: number
  /** Longest response of a web service of which a part is the output, in bytes. */
  maxResponseBytes: number
  /** Longest OpenAPI document, in bytes. */
  maxDocumentBytes: number
  /** How long an MCP server may take until its tools are there, in milliseconds. */
  mcpStartMs: number
  /** Called when a source has changed. */
  onChange(): void
}

/** The sources of one kind, such as the files of a folder. */
export interface SourceGroup {
  /** Takes over what the settings file says now. Calls that run go on, and so does what it does not change. Never rejects. */
  use(settings: ToolSettings): void | Promise<void>
  /** In an order that does not depend on time. */
  sources(): readonly ToolSource[]
  /** Looks for changes at once, and tries those that are down again; resolves once each was tried. Never rejects. */
  reload(): Promise<void>
  close(): void | Promise<void>
}

/** A source cannot be used as it is, and trying it again does not help before it has changed. The message is for the operator. */
export class UnusableSource extends Error {}
