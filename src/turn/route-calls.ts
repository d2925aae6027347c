import { approvedTool, type Call } from '../protocol/call.ts'
import { isJsonObject } from '../protocol/json.ts'
import { matchPattern } from '../protocol/match-pattern.ts'
import type { Repair } from '../protocol/repair.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { fitCall } from './fit-call.ts'
import type { EngineCall } from './ports/engine.ts'
import type { Toolbox } from './ports/toolbox.ts'
import type { TurnRequest } from './ports/turn-state.ts'

/** What decides which side a call goes to. */
export interface CallRouting {
  toolbox: Toolbox
  /** The tools that the model was offered. */
  offered: readonly ToolSchema[]
  /** The device's: those of the offered ones that are among them run there. */
  deviceTools: readonly ToolSchema[]
  /** As in the turn's state. */
  approvedTools: readonly string[]
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
    return { id, index, ...route(call, routing) }
  })
}

function route(
  call: EngineCall,
  { toolbox, offered, deviceTools, approvedTools, textArguments }: CallRouting,
): Omit<Call, 'id' | 'index'> {
  const { name, arguments: given, repairs: found = [] } = call
  const fitted = fitCall(call, offered, toolbox, textArguments ? deviceTools : [])
  if (!fitted) {
    const args = isJsonObject(given) ? given : {}
    const failed = { arguments: args, side: 'resident', status: 'failed' } as const
    return { name, ...failed, output: unknownTool(name, offered), ...repairsOf(found) }
  }
  const { tool, fit, isMended } = fitted
  const called = tool.function.name
  // The toolbox may have changed since the tools were offered.
  const side = deviceTools.includes(tool) ? 'device' : 'resident'
  const written = isJsonObject(given) && isMended ? given : fit.written
  const repairs = repairsOf([...found, ...fitted.repairs])
  if (!fit.ok)
    return { name: called, arguments: written, side, status: 'failed', output: fit.error, ...repairs }
  const differs = fit.arguments !== written
  const mendedCall = { name: called, arguments: fit.arguments, ...(differs && { written }), ...repairs }
  const asked = toolbox.isAsked(called) && toolbox.approvalOf(called, fit.arguments)
  const approval = asked && !approvedTools.includes(approvedTool(called, asked)) && asked
  const restartable = side === 'resident' && toolbox.isIdempotent(called)
  return {
    ...mendedCall,
    ...(approval && { approval }),
    side,
    status: approval ? 'asked' : side === 'device' ? 'offered' : 'running',
    ...(restartable && { restartable }),
  }
}

function repairsOf(repairs: readonly Repair[]): Pick<Call, 'repairs'> {
  return repairs.length > 0 ? { repairs: [...repairs] } : {}
}

function unknownTool(name: string, offered: readonly ToolSchema[]): string {
  const names = offered.map((tool) => tool.function.name)
  const known = names.length > 0 ? `The tools are: ${names.join(', ')}.` : 'There are no tools here.'
  return `There is no tool named "${name}". ${known}`
}

/**
 * The tools that a model is offered: the resident ones that the request chooses, then the device's in order of appearance, without
 * those whose calls have to be approved where the client cannot ask. A resident name wins, also where that tool is not offered: nobody
 * has to ask which of the two has run.
 */
export function offeredTools(
  toolbox: Toolbox,
  device: readonly ToolSchema[],
  { residentTools: patterns = ['*'], canAsk }: Pick<TurnRequest, 'residentTools' | 'canAsk'> = {},
): ToolSchema[] {
  const isChosen = (tool: ToolSchema) => patterns.some((pattern) => matchPattern(pattern, tool.function.name))
  const own = device.filter((tool) => !toolbox.has(tool.function.name))
  const all = [...toolbox.schemas().filter(isChosen), ...own]
  return canAsk ? all : all.filter((tool) => !toolbox.isAsked(tool.function.name))
}
