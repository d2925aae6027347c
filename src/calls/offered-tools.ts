import { isJsonObject, type Json, type JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { nearestName } from './nearest-name.ts'

/** Prefixes that models put before a name in a call that is written as text. */
const namespaces = ['functions.', 'default_api.', 'tools.', 'tool.']

/** The tools that a model was offered, as its calls are read with them. */
export class OfferedTools {
  readonly #tools: ReadonlyMap<string, ToolSchema>

  constructor(tools: readonly ToolSchema[]) {
    this.#tools = new Map(tools.map((tool) => [tool.function.name, tool]))
  }

  /** First characters of words that a call may begin with. */
  get wordStarts(): ReadonlySet<string> {
    const words = [...this.#tools.keys(), ...namespaces, 'functools', 'call:']
    return new Set(words.map((word) => word.charAt(0)))
  }

  /** The tool that a name means, also where it is written a little wrong. */
  find(name: string): ToolSchema | undefined {
    return this.#tools.get(name) ?? this.#tools.get(nearestName(name, [...this.#tools.keys()]) ?? '')
  }

  /** The tool of just this name, with or without a namespace. */
  findExact(name: string): ToolSchema | undefined {
    const namespace = namespaces.find((prefix) => name.startsWith(prefix)) ?? ''
    return this.#tools.get(name.slice(namespace.length))
  }

  /** True where a name that begins so may be that of a tool, with or without a namespace. */
  mayBegin(start: string): boolean {
    const namespace = namespaces.find((prefix) => start.startsWith(prefix)) ?? ''
    if (namespaces.some((prefix) => prefix.startsWith(start))) return true
    const rest = start.slice(namespace.length)
    return [...this.#tools.keys()].some((name) => name.startsWith(rest))
  }
}

/** The schemas of the arguments that a tool declares by name; empty where it says nothing about them. */
export function declaredArguments({ function: { parameters } }: ToolSchema): JsonObject {
  return isJsonObject(parameters?.properties) ? parameters.properties : {}
}

/** The types that a schema names. */
export function typesOf(schema: Json | undefined): readonly Json[] {
  if (!isJsonObject(schema)) return []
  return Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type]
}
