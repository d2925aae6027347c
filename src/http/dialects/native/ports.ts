import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { ConversationDirectory } from '../../../turn/ports/conversation-directory.ts'
import type { Engine } from '../../../turn/ports/engine.ts'
import type { DeviceToolPorts } from '../../device-tools.ts'
import type { PostedLimits } from '../../posted-bounds.ts'
import type { SseLimits } from '../../sse-response.ts'

/** A tool that runs in the server: its source, its limits, and how often it was called since the process has started. */
export interface ResidentTool {
  schema: ToolSchema
  source: string
  limits: {
    timeoutMs: number
    maxOutputBytes: number
    callsAtOnce?: number | undefined
    callsPerMinute?: number | undefined
  }
  counts: { calls: number; failures: number; repairs: number }
  /** True where a person has to approve its calls. */
  approval: boolean
}

/** Where tools come from: how many of a source are offered, and why it is down. */
export interface ResidentToolSource {
  name: string
  state: 'starting' | 'ready' | 'down'
  reason?: string
  tools: number
}

/** What the native dialect works with. */
export interface NativePorts extends DeviceToolPorts {
  turns: Pick<
    LiveTurns,
    | 'isDraining'
    | 'begin'
    | 'findReplay'
    | 'storeResults'
    | 'follow'
    | 'cancel'
    | 'remove'
    | 'watch'
    | 'changed'
  >
  directory: Omit<ConversationDirectory, 'remove' | 'improveTitle' | 'watch'>
  engine: Pick<Engine, 'name' | 'ping' | 'state' | 'model' | 'models' | 'loadedContext'>
  /** Sorted by name. */
  residentTools(): readonly ResidentTool[]
  /** In order of precedence. */
  toolSources(): readonly ResidentToolSource[]
  /** Called for errors that are faults of chatterd, which a client gets as `internal`. */
  onFault(error: unknown): void
  limits: SseLimits & PostedLimits
}
