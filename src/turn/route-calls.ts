import type { Call } from '../protocol/call.ts'
import { isJsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { EngineCall } from './ports/engine.ts'
import type { Toolbox } from './ports/toolbox.ts'

/** What decides which side a call goes to. */
export interface CallRouting {
  toolbox: Toolbox
  /** The tools that the model was offered. */
  offered: readonly ToolSchema[]
  /** As in the turn's request. */
  textArguments?: true | undefined
  /** Ids of this turn's earlier calls. */
  usedIds: ReadonlySet<string>
  newCallId(): string
}

/** Gives every call its id, its side and its first status. A call that cannot be run has failed already, with a message for the model. */
export function routeCalls(asked: readonly EngineCall[], routing: CallRouting): Call[] {
  const used = new Set(routing.usedIds)
  return asked.map((call, index) => {
    const id = call.id && !used.has(call.id) ? call.id : routing.newCallId()
    used.add(id)
    return { id, index, name: call.name, ...route(call, routing) }
  })
}

function route(
  call: EngineCall,
  { toolbox, offered, textArguments }: CallRouting,
): Pick<Call, 'arguments' | 'written' | 'side' | 'status' | 'output' | 'restartable'> {
  const schema = offered.find((tool) => tool.function.name === call.name)
  if (!schema) {
    const written = isJsonObject(call.arguments) ? call.arguments : {}
    return { arguments: written, side: 'resident', status: 'failed', output: unknownTool(call.name, offered) }
  }
  const side = toolbox.has(call.name) ? 'resident' : 'device'
  const undeclared = side === 'device' && textArguments ? text : undefined
  const fit = toolbox.fit(schema, call.arguments, undeclared)
  if (!fit.ok) return { arguments: fit.written, side, status: 'failed', output: fit.error }
  const args = { arguments: fit.arguments, ...(fit.arguments !== fit.written && { written: fit.written }) }
  if (side === 'device') return { ...args, side, status: 'offered' }
  const restartable = toolbox.isIdempotent(call.name)
  return { ...args, side, status: 'running', ...(restartable && { restartable }) }
}

const text = { type: 'string' }

function unknownTool(name: string, offered: readonly ToolSchema[]): string {
  const names = offered.map((tool) => tool.function.name)
  const known = names.length > 0 ? `The tools are: ${names.join(', ')}.` : 'There are no tools here.'
  return `There is no tool named "${name}". ${known}`
}

/** The tools that a model is offered: the resident ones, then the device's in order of appearance; a resident name wins. */
export function offeredTools(toolbox: Toolbox, device: readonly ToolSchema[]): ToolSchema[] {
  return [...toolbox.schemas(), ...device.filter((tool) => !toolbox.has(tool.function.name))]
}
