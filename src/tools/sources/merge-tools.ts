import { matchPattern } from '../../protocol/match-pattern.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { type CheckedTool, checkTool } from '../check-tool.ts'
import { errorMessage } from '../error-message.ts'
import type { ToolSource } from './tool-source.ts'

/** A tool, and the name of its source. */
export interface SourcedTool extends CheckedTool {
  source: string
}

/** What is made of the tools of all sources. */
export interface MergedTools {
  /** By name, sorted by code units and not by locale: the engine's prompt cache needs the same bytes in every prompt. */
  tools: ReadonlyMap<string, SourcedTool>
  /** A sentence for each tool that is left out though it is not off. */
  problems: string[]
  /** The patterns of `off` that are the name of no tool. */
  unusedOff: string[]
}

/**
 * Merges the tools of all sources, which are given in order of precedence: of two tools with one name, the first one is taken. `off`:
 * patterns of the names that are not offered. `timeoutMs`: the time limit of tools that have none themselves.
 */
export function mergeTools(
  sources: readonly Pick<ToolSource, 'name' | 'tools'>[],
  { off, timeoutMs }: { off: readonly string[]; timeoutMs: number },
): MergedTools {
  const taken = new Map<string, SourcedTool>()
  const problems: string[] = []
  const unusedOff = new Set(off)
  for (const { name: source, tools } of sources) {
    for (const given of tools) {
      try {
        const checked = checkTool(withFittingName(given), timeoutMs)
        const { name } = checked
        const fitting = off.filter((pattern) => matchPattern(pattern, name))
        for (const pattern of fitting) unusedOff.delete(pattern)
        if (fitting.length > 0) continue
        const other = taken.get(name)
        if (other)
          problems.push(
            `the tool ${name} of ${source} is left out: ${other.source} has a tool of this name; ${remedyFor(source)}`,
          )
        else taken.set(name, { ...checked, source })
      } catch (error) {
        problems.push(`a tool of ${source} is left out: ${errorMessage(error)}`)
      }
    }
  }
  const sorted = [...taken].sort(([a], [b]) => (a < b ? -1 : 1))
  return { tools: new Map(sorted), problems, unusedOff: [...unusedOff] }
}

/** Sources that give many tools have a prefix for all of them. */
function remedyFor(source: string): string {
  const [, name] = /^(?:mcp|openapi):(.+)$/.exec(source) ?? []
  if (name === undefined) return 'give one of them another name'
  return `give ${source} a prefix, such as prefix = "${name.replace(/\W/g, '_')}_"`
}

/** Names such as `files.read` and `files/read` are common elsewhere, and refused by engines. */
function withFittingName(tool: Tool): Tool {
  const { name } = tool.schema.function
  if (typeof name !== 'string' || !/[./]/.test(name)) return tool
  const fitting = { ...tool.schema.function, name: name.replace(/[./]/g, '_') }
  return {
    ...tool,
    schema: { ...tool.schema, function: fitting },
    run: (args, context) => tool.run(args, context),
  }
}
