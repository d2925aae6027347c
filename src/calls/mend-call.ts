import type { Repair } from '../protocol/repair.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { mendArguments } from './mended-arguments.ts'
import { OfferedTools } from './offered-tools.ts'

/** A call as the model wrote it. `arguments` may be any JSON, also as a text. */
export interface WrittenCall {
  name: string
  arguments: unknown
}

/** A call of a tool that was offered. */
export interface MendedCall {
  tool: ToolSchema
  /** One object, where they could be read as one. */
  arguments: unknown
  repairs: Repair[]
}

/** Finds the tool that a call means, and brings its arguments to one object. Undefined where no one tool is meant. */
export function mendCall(call: WrittenCall, offered: readonly ToolSchema[]): MendedCall | undefined {
  const exact = offered.find((tool) => tool.function.name === call.name)
  const tool = exact ?? new OfferedTools(offered).find(call.name)
  if (!tool) return undefined
  const mended = mendArguments(tool, call.arguments)
  if (exact) return { tool, ...mended }
  const detail = `it was called ${JSON.stringify(call.name)}`
  return { tool, arguments: mended.arguments, repairs: [{ code: 'name', detail }, ...mended.repairs] }
}
