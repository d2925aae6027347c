import { basename, parse } from 'node:path'
import type { Tool } from '../../../turn/ports/toolbox.ts'
import { UnusableSource } from '../tool-source.ts'
import { failureMessage } from './failure-message.ts'
import type { ModuleVersions } from './module-versions.ts'
import { isDefinition, readDefinition } from './read-definition.ts'

/**
 * The tools that a file exports. `name` is its name in the folder, which may be a link to `path`.
 *
 * @throws Error with the file, the line and the reason; an `UnusableSource` where only a change of the file can help.
 */
export async function loadToolFile(name: string, path: string, modules: ModuleVersions): Promise<Tool[]> {
  let exports: Record<string, unknown>
  try {
    exports = await modules.import(path)
  } catch (error) {
    if (error instanceof UnusableSource) throw error
    const message = await failureMessage(error, path, modules.filesOf(path))
    throw waitsForChange(error) ? new UnusableSource(message) : new Error(message)
  }
  try {
    return readExports(exports, name)
  } catch (error) {
    throw new UnusableSource(await failureMessage(error, name, new Set()))
  }
}

function readExports(exports: Record<string, unknown>, file: string): Tool[] {
  return Object.entries(exports).flatMap(([exported, value]) => {
    // Node gives it to CommonJS modules, beside the same as `default`.
    if (exported === 'module.exports') return []
    if (isDefinition(value)) return readDefinition(value, exported === 'default' ? toolName(file) : exported)
    if (exported === 'default')
      throw new Error('the default export is no tool: a tool is an object with a function "run"')
    if (isUnfinished(value)) throw new Error(`${exported} is no tool: it has no function "run"`)
    return []
  })
}

/** True for an export that has members of a tool, and nothing that runs it. */
function isUnfinished(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'description' in value && 'parameters' in value
}

/** `get-time.ts` → `get_time`. */
function toolName(file: string): string {
  return parse(basename(file)).name.replace(/\W/g, '_')
}

/** What was written wrong stays wrong; another error may come from what the file needs, such as a service. */
function waitsForChange(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return error instanceof SyntaxError || code === 'ERR_MODULE_NOT_FOUND'
}
