import type { Call } from '../protocol/call.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { AskedCall } from './fold.ts'
import type { Toolbox } from './toolbox.ts'

/** What decides where a call goes. */
export interface CallPlaces {
  toolbox: Toolbox
  /** The tools that the model was told of. */
  offered: readonly ToolSchema[]
  /** Ids that calls of this turn have already. */
  usedIds: ReadonlySet<string>
  newCallId(): string
}

/** Gives every asked call its id, its side and its first status. What cannot be run ends here, with words for the model. */
export function routeCalls(asked: readonly AskedCall[], places: CallPlaces): Call[] {
  const used = new Set(places.usedIds)
  return asked.map((call, index) => {
    const id = call.id && !used.has(call.id) ? call.id : places.newCallId()
    used.add(id)
    return { id, index, name: call.name, ...place(call, places) }
  })
}

function place(
  call: AskedCall,
  { toolbox, offered }: CallPlaces,
): Pick<Call, 'arguments' | 'side' | 'status' | 'output' | 'restartable'> {
  const schema = offered.find((tool) => tool.function.name === call.name)
  const asGiven: JsonObject = isJsonObject(call.arguments) ? call.arguments : {}
  if (!schema) {
    return { arguments: asGiven, side: 'resident', status: 'failed', output: unknownTool(call.name, offered) }
  }
  const side = toolbox.has(call.name) ? 'resident' : 'device'
  const fit = toolbox.fit(schema, call.arguments)
  if (!fit.ok) return { arguments: asGiven, side, status: 'failed', output: fit.error }
  if (side === 'device') return { arguments: fit.arguments, side, status: 'offered' }
  const restartable = toolbox.isIdempotent(call.name)
  return { arguments: fit.arguments, side, status: 'running', ...(restartable && { restartable }) }
}

function unknownTool(name: string, offered: readonly ToolSchema[]): string {
  const names = offered.map((tool) => tool.function.name)
  const known = names.length > 0 ? `The tools are: ${names.join(', ')}.` : 'There are no tools here.'
  return `There is no tool named "${name}". ${known}`
}

/** The tools that a model is told of: the resident ones, then the device's in order of appearance; a resident name wins. */
export function offeredTools(toolbox: Toolbox, device: readonly ToolSchema[]): ToolSchema[] {
  return [...toolbox.schemas(), ...device.filter((tool) => !toolbox.has(tool.function.name))]
}
