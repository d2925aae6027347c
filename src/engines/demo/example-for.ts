import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** A sentence with something to type that makes the demo call one of the tools. */
export function exampleFor(tools: ToolSchema[]): string | undefined {
  if (tools.some((tool) => tool.function.name === 'get_weather')) {
    return 'Try: "What is the weather at 42.29, -83.71?"'
  }
  const simple = tools.find((tool) => requiredOf(tool).length === 0) ?? tools[0]
  if (simple === undefined) return undefined
  const values = requiredOf(simple).map((name) => ` ${name}: …`)
  return `Try: "${simple.function.name}${values.join(',')}"`
}

function requiredOf({ function: { parameters } }: ToolSchema): unknown[] {
  return Array.isArray(parameters?.required) ? parameters.required : []
}
