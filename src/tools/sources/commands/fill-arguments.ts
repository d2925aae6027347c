import { isJsonObject } from '../../../protocol/json.ts'
import type { CommandTool } from '../../../protocol/tool-settings/command-tool.ts'
import type { ToolArguments } from '../../../turn/ports/toolbox.ts'
import { argumentOf, fillTemplate } from '../argument-text.ts'

/**
 * The elements of argv after the program. An element with an argument that the call does not have is left out.
 *
 * @throws Error, for the model, where an argument has a null character, or would be read as an option.
 */
export function fillArguments({ args, parameters }: CommandTool, values: ToolArguments): string[] {
  const properties = isJsonObject(parameters?.properties) ? parameters.properties : {}
  return args.flatMap((parts) => fillTemplate(parts, values, write) ?? [])

  function write(text: string, argument: string, before: string): string {
    if (text.includes('\0')) throw new Error(`"${argument}" has a null character, which no program takes`)
    // Else the model could give the program options.
    if (
      before === '' &&
      text.startsWith('-') &&
      !isHarmless(argumentOf(argument, values), properties[argument])
    )
      throw new Error(`"${argument}" must not begin with "-"`)
    return text
  }
}

/** True for a number, and for a value that the operator has listed. */
function isHarmless(value: unknown, schema: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true
  if (!isJsonObject(schema)) return false
  return schema.const === value || (Array.isArray(schema.enum) && schema.enum.some((each) => each === value))
}
