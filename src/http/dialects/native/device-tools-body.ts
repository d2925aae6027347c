import { type Static, Type } from 'typebox'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import { PostedFunction } from '../../posted-bounds.ts'

const Wrapped = Type.Object({ type: Type.Optional(Type.Literal('function')), function: PostedFunction })

/** Device tools, each by itself or in the field's function form. */
export const PostedTools = Type.Array(Type.Union([PostedFunction, Wrapped]))

/** The tools in the form in which models are told of them. */
export function deviceToolSchemas(tools: Static<typeof PostedTools>): ToolSchema[] {
  return tools.map((tool) => {
    const { name, description, parameters } = 'function' in tool ? tool.function : tool
    const told = {
      name,
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
    }
    return { type: 'function', function: told } as ToolSchema
  })
}
