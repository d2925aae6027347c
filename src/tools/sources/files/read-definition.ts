import { didYouMean } from '../../../protocol/closest-name.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Tool, ToolContext } from '../../../turn/ports/toolbox.ts'
import { InvalidTool } from '../../check-schema.ts'
import { checkTool } from '../../check-tool.ts'
import type { ToolDefinition } from '../../define-tool.ts'
import type { StandardSchema } from '../../standard-schema.ts'
import { makeTool } from '../make-tool.ts'
import { UnusableSource } from '../tool-source.ts'
import { validateArguments } from './validate-arguments.ts'

/** A definition whose members have the right types. */
type Definition = Omit<ToolDefinition<unknown>, 'run'> & {
  run(args: unknown, context: ToolContext): unknown
}

const members = [
  ...['name', 'description', 'parameters', 'idempotent', 'timeoutMs', 'callsAtOnce', 'callsPerMinute', 'run'],
]

/** True for an export that is meant as a tool. */
export function isDefinition(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'run' in value
}

/**
 * The tool of a definition, whoever wrote it. `name`: where it has none itself.
 *
 * @throws UnusableSource where something is wrong with it.
 */
export function readDefinition(value: object, name: string): Tool {
  checkMembers(value, name)
  const { parameters } = value
  const schema = isStandardSchema(parameters) ? parameters : undefined
  const tool = makeTool({
<<<<<<< HEAD
    ...{ description: value.description, idempotent: value.idempotent, timeoutMs: value.timeoutMs },
    name: value.name ?? name,
=======
    name: value.name ?? name,
    description: value.description,
    idempotent: value.idempotent,
    timeoutMs: value.timeoutMs,
    callsAtOnce: value.callsAtOnce,
    callsPerMinute: value.callsPerMinute,
>>>>>>> 3d88d8f (tools: one function makes the tools of all sources, and one fills templates)
    parameters: schema ? jsonSchemaOf(schema, name) : ownSchema(parameters, name),
    // By way of the definition, which may use `this`.
    run: async (args, context) =>
      await value.run(schema ? await validateArguments(schema, args) : args, context),
<<<<<<< HEAD
    callsAtOnce: value.callsAtOnce,
    callsPerMinute: value.callsPerMinute,
=======
>>>>>>> 3d88d8f (tools: one function makes the tools of all sources, and one fills templates)
  })
  try {
    checkTool(tool, 1)
  } catch (error) {
    throw error instanceof InvalidTool ? new UnusableSource(error.message) : error
  }
  return tool
}

function checkMembers(value: object, name: string): asserts value is Definition {
  const of = (member: string): unknown => Reflect.get(value, member)
  for (const member of Object.keys(value)) {
    const hint = members.includes(member) ? '' : didYouMean(member, members)
    if (hint) throw new UnusableSource(`${name} has a "${member}", which no tool has${hint}`)
  }
  const wrong: [string, boolean, string][] = [
    ['run', typeof of('run') === 'function', 'a function'],
    ['name', isOptional(of('name'), 'string'), 'a text'],
    ['description', isOptional(of('description'), 'string'), 'a text'],
    ['idempotent', isOptional(of('idempotent'), 'boolean'), 'true or false'],
    ['timeoutMs', isOptional(of('timeoutMs'), 'number'), 'a number of milliseconds'],
    ['callsAtOnce', isOptional(of('callsAtOnce'), 'number'), 'a number'],
    ['callsPerMinute', isOptional(of('callsPerMinute'), 'number'), 'a number'],
  ]
  const found = wrong.find(([, isRight]) => !isRight)
  if (found) throw new UnusableSource(`"${found[0]}" of ${name} must be ${found[2]}`)
}

function isOptional(value: unknown, type: 'string' | 'boolean' | 'number'): boolean {
  return value === undefined || typeof value === type
}

/** Some libraries' schemas are functions. */
function isStandardSchema(value: unknown): value is StandardSchema {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value
}

function ownSchema(parameters: unknown, name: string): JsonObject {
  if (parameters === undefined) return { type: 'object', properties: {} }
  const copy: unknown = JSON.parse(JSON.stringify(parameters) ?? 'null')
  if (!isJsonObject(copy)) throw new UnusableSource(`"parameters" of ${name} must be a JSON Schema`)
  return copy
}

function jsonSchemaOf({ '~standard': standard }: StandardSchema, name: string): JsonObject {
  if (typeof standard.jsonSchema?.input !== 'function')
    throw new UnusableSource(
      `"parameters" of ${name} is a schema of ${standard.vendor} that gives no JSON Schema (Standard Schema 1.1)`,
    )
  const { $schema: _, ...schema } = ownSchema(toJsonSchema(standard.jsonSchema), name)
  return schema
}

/** A library need not know every version of JSON Schema. */
function toJsonSchema({ input }: StandardSchema['~standard']['jsonSchema']): unknown {
  try {
    return input({ target: 'draft-2020-12' })
  } catch {
    return input({ target: 'draft-07' })
  }
}
