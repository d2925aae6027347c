import type { JsonObject } from '../json.ts'

/** What the model server does now: `loading` where it loads a model for a prompt that it has not begun to answer. */
export interface EngineData {
  /** `ollama`, `demo`, … */
  name: string
  version?: string
  state: 'ready' | 'loading' | 'unreachable'
  /** ISO 8601: since when it is in this state. */
  since: string
  /** The model that is being loaded. */
  model?: string
  /** For people: why it is unreachable, or what the demo engine is. */
  detail?: string
}

/** A model of the engine, as the native dialect sends it. */
export interface ModelData {
  name: string
  capabilities?: string[]
  /** Its largest context, in tokens. */
  contextLength?: number
  /** The context with which it is loaded, in tokens; absent: it is not loaded. */
  loadedContext?: number
}

/** A resident tool, as the native dialect sends it. */
export interface ResidentToolData {
  name: string
  description?: string
  parameters: JsonObject
  source: string
  /** Whether a person has to approve its calls. */
  approval: boolean
  limits: { timeoutMs: number; maxOutputBytes: number; callsAtOnce?: number; callsPerMinute?: number }
  calls: number
  failures: number
  repairs: number
}

/** A source of resident tools, as the native dialect sends it. */
export interface ToolSourceData {
  name: string
  state: 'starting' | 'ready' | 'down'
  reason?: string
  tools: number
}
