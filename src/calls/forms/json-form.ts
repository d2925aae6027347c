import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { type MemberWatch, readLenient } from '../lenient-json.ts'
import type { Mends } from '../mend.ts'
import { declaredArguments, type OfferedTools } from '../offered-tools.ts'
import { refuse } from '../source.ts'
import { type FoundCall, type Reading, toolOrRefuse } from './found-call.ts'

const nameKeys = ['name', 'tool', 'tool_name', 'function_name', 'function']
const argumentKeys = ['arguments', 'parameters', 'args', 'params', 'input', 'tool_input']
const listKeys = ['tool_calls', 'function_calls', 'toolCalls', 'calls']
const besideKeys = ['id', 'type', 'index', 'call_id', 'tool_call_id']
const callKeys = new Set([...nameKeys, ...argumentKeys, ...listKeys, ...besideKeys])
const callTypes: readonly Json[] = ['function', 'tool_call', 'tool_use', 'function_call', 'tool', 'call']

/** Reads JSON that is a call, a list of calls, or an object that has a list of calls. */
export function readJsonForm({ source, tools, isMarked }: Reading): FoundCall[] {
  const mends: Mends = new Set()
  const value = readLenient(source, mends, watchFor(tools))
  // Closed more often than it was opened: what is in it is complete all the same.
  if (source.match(/[}\]]{0,3}/y) !== '') mends.add('what came after it')
  return callsOf(value, tools, isMarked).map((call) => ({ ...call, mends: [...mends] }))
}

/** Refuses data as soon as a member shows that it is no call. */
function watchFor(tools: OfferedTools): MemberWatch {
  let declared: JsonObject = {}
  return {
    key(name) {
      if (!callKeys.has(name) && !Object.hasOwn(declared, name)) refuse()
    },
    value(name, value) {
      if (name === 'type' && !callTypes.includes(value) && !Object.hasOwn(declared, name)) refuse()
      if (!nameKeys.includes(name) || typeof value !== 'string') return
      declared = { ...declared, ...declaredArguments(toolOrRefuse(tools, value)) }
    },
  }
}

function callsOf(value: Json, tools: OfferedTools, isMarked: boolean): Omit<FoundCall, 'mends'>[] {
  if (Array.isArray(value)) {
    if (value.length === 0) refuse()
    return value.flatMap((element) => callsOf(element, tools, isMarked))
  }
  if (!isJsonObject(value)) refuse()
  const list = listKeys.find((key) => Object.hasOwn(value, key))
  if (list !== undefined) return callsOf(value[list] ?? null, tools, true)
  const { function: inner } = value
  if (isJsonObject(inner)) {
    // Ollama and OpenAI: {"type": "function", "function": {"name", "arguments"}}.
    return [callOf(inner, tools, true)]
  }
  return [callOf(value, tools, isMarked)]
}

function callOf(object: JsonObject, tools: OfferedTools, isMarked: boolean): Omit<FoundCall, 'mends'> {
  const nameKey = nameKeys.find((key) => typeof object[key] === 'string') ?? refuse()
  const name = String(object[nameKey])
  const tool = toolOrRefuse(tools, name)
  const rest = Object.entries(object).filter(([key, value]) => key !== nameKey && !isBeside(key, value))
  const [first] = rest
  if (!first) return isMarked ? { name, arguments: {} } : refuse()
  const declared = declaredArguments(tool)
  if (rest.length === 1 && argumentKeys.includes(first[0]) && !Object.hasOwn(declared, first[0]))
    return { name, arguments: argumentsOf(first[1]) }
  if (rest.length === 1 && argumentKeys.includes(first[0]) && isJsonObject(first[1]))
    return { name, arguments: first[1] }
  // The arguments stand beside the name: only those that the tool declares, so that no record of data is taken for a call.
  if (!tools.findExact(name) || !rest.every(([key]) => Object.hasOwn(declared, key))) refuse()
  return { name, arguments: Object.fromEntries(rest), isFlat: true }
}

function isBeside(key: string, value: Json): boolean {
  return key === 'type' ? callTypes.includes(value) : besideKeys.includes(key) && typeof value !== 'object'
}

function argumentsOf(value: Json): Json {
  if (value === null || value === '') return {}
  return isJsonObject(value) || typeof value === 'string' ? value : refuse()
}
