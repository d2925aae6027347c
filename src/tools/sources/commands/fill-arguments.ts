import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { CommandTool } from '../../../protocol/tool-settings/command-tool.ts'
import type { TextPart } from '../../../protocol/tool-settings/text-part.ts'
import type { ToolArguments } from '../../../turn/ports/toolbox.ts'
import { argumentOf, textOf } from '../argument-text.ts'

/**
 * The elements of argv after the program. An element with an argument that the call does not have is left out.
 *
 * @throws Error, for the model, where an argument has a null character, or would be read as an option.
 */
export function fillArguments({ args, parameters }: CommandTool, values: ToolArguments): string[] {
  const properties = isJsonObject(parameters?.properties) ? parameters.properties : {}
  return args.filter((parts) => isComplete(parts, values)).map((parts) => fill(parts, values, properties))
}

function isComplete(parts: readonly TextPart[], values: ToolArguments): boolean {
  return parts.every((part) => typeof part === 'string' || argumentOf(part.argument, values) !== undefined)
}

function fill(parts: readonly TextPart[], values: ToolArguments, properties: JsonObject): string {
  let element = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      element += part
      continue
    }
    const { argument } = part
    const value = argumentOf(argument, values)
    const text = textOf(value)
    if (text.includes('\0')) throw new Error(`"${argument}" has a null character, which no program takes`)
    // Else the model could give the program options.
    if (element === '' && text.startsWith('-') && !isHarmless(value, properties[argument]))
      throw new Error(`"${argument}" must not begin with "-"`)
    element += text
  }
  return element
}

/** True for a number, and for a value that the operator has listed. */
function isHarmless(value: unknown, schema: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true
  if (!isJsonObject(schema)) return false
  return schema.const === value || (Array.isArray(schema.enum) && schema.enum.some((each) => each === value))
}
