import { type Static, Type } from 'typebox'
import { didYouMean } from '../protocol/closest-name.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { AnyObject, Name } from './posted-bounds.ts'

const OrNull = <Schema extends typeof AnyObject>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

/** A tool as MCP (`inputSchema`), Anthropic's API (`input_schema`) and OpenAI's and Ollama's (`parameters`) write it. */
const PostedFunction = Type.Object(
  {
    name: Name(128),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    parameters: OrNull(AnyObject),
    inputSchema: OrNull(AnyObject),
    input_schema: OrNull(AnyObject),
  },
  {
    title: 'PostedTool',
    description: 'A tool, with a JSON Schema of its arguments in one of three members.',
  },
)

const Wrapped = Type.Object(
  { type: Type.Optional(Type.Literal('function')), function: PostedFunction },
  { title: 'WrappedTool', description: 'A tool in the function-calling form.' },
)

/** Device tools, each either plain or in the function-calling form of OpenAI and Ollama. */
export const PostedTools = Type.Array(Type.Union([PostedFunction, Wrapped]))

/** Members that others write, and that are not about calling a tool: of MCP, Anthropic's API and OpenAI's. */
const unused = [
  ...['title', 'annotations', 'outputSchema', 'icons', 'execution', '_meta'],
  ...['type', 'cache_control', 'input_examples', 'strict'],
]

/** Throws `invalid-request` for a member whose name is nearly one that counts: without it, the tool would have lost its schema. */
function checkNames(tool: object, name: string): void {
  const known = Object.keys(PostedFunction.properties)
  for (const member of Object.keys(tool)) {
    if (known.includes(member) || unused.includes(member)) continue
    const hint = didYouMean(member, known)
    if (hint)
      throw new ChatterdError('invalid-request', `tools: "${name}" has ${member.slice(0, 100)}${hint}`)
  }
}

/**
 * The tools in the function-calling form. Members that are not about calling a tool, such as MCP's `title` and `annotations`, are left
 * out. Throws `invalid-request` for a tool with two schemas, or with a member whose name is nearly right.
 */
export function deviceToolSchemas(tools: Static<typeof PostedTools>): ToolSchema[] {
  return tools.map((tool) => {
    const { name, description, ...schemas } = 'function' in tool ? tool.function : tool
    checkNames(schemas, name)
    const given = [schemas.parameters, schemas.inputSchema, schemas.input_schema].filter(
      (schema) => schema !== undefined && schema !== null,
    )
    if (given.length > 1)
      throw new ChatterdError(
        'invalid-request',
        `tools: "${name}" has more than one schema of its arguments.`,
      )
    const [parameters] = given
    // To the validator, a number that keeps its text is an object.
    if (JSON.isRawJSON(parameters))
      throw new ChatterdError('invalid-request', `tools: the schema of "${name}" must be an object.`)
    const plain = {
      name,
      ...(typeof description === 'string' && { description }),
      ...(parameters && { parameters }),
    }
    return { type: 'function', function: plain } as ToolSchema
  })
}
