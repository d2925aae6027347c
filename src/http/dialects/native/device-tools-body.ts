import { type Static, Type } from 'typebox'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import { PostedFunction } from '../../posted-bounds.ts'

const Wrapped = Type.Object({ type: Type.Optional(Type.Literal('function')), function: PostedFunction })

/** Device tools, each either plain or in the common function-calling form. */
export const PostedTools = Type.Array(Type.Union([PostedFunction, Wrapped]))

/** The tools in the function-calling form. */
export function deviceToolSchemas(tools: Static<typeof PostedTools>): ToolSchema[] {
  return tools.map((tool) => {
    const { name, description, parameters } = 'function' in tool ? tool.function : tool
    const plain = {
      name,
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
    }
    return { type: 'function', function: plain } as ToolSchema
  })
}
