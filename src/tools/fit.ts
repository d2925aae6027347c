import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Fit } from '../turn/ports/toolbox.ts'
import { coerce } from './fit/coerce.ts'
import { type Check, compileSchema } from './fit/compile-schema.ts'
import { type Bounds, isWithin } from './fit/is-within.ts'
import { createLru } from './fit/lru.ts'
import { type PlainLimits, type PlainSchema, plainSchema } from './fit/plain-schema.ts'
import { readArguments } from './fit/read-arguments.ts'
import { problemMessage, validationMessage } from './fit/validation-message.ts'

/**
 * Limits for schemas and arguments, which come from clients and models. The time of a check is bounded by
 * `plain.schemas` × `arguments.values`: the worst known case takes half a second, a usual call 25 µs.
 */
export interface FitLimits {
  /** A schema that exceeds these is ignored: arguments are passed on unchecked. */
  schema: Bounds
  /** How much of a schema is checked. Compiling 256 schemas takes some 100 ms, those of a usual tool 3 ms. */
  plain: PlainLimits
  /** Arguments that exceed these are refused. */
  arguments: Bounds
  /** Most compiled schemas in the cache. */
  cachedSchemas: number
}

const defaults: FitLimits = {
  schema: { depth: 64, values: 8_192, characters: 32 * 1024 },
  plain: { depth: 32, schemas: 256 },
  arguments: { depth: 64, values: 4_096, characters: 256 * 1024 },
  cachedSchemas: 256,
}

/** How the arguments of a tool are checked. Without `check` they are only coerced. */
interface Rules {
  schema: PlainSchema
  check?: Check
}

const anyObject: Rules = { schema: {} }

/**
 * Creates the function that fits arguments to a tool's JSON Schema: it coerces them toward the declared types, then validates
 * them. A malformed schema does not break its tool: its malformed parts are ignored. The function never throws for JSON values.
 */
export function createFit(limits: Partial<FitLimits> = {}): (tool: ToolSchema, args: unknown) => Fit {
  const { schema: schemaBounds, plain, arguments: argumentBounds, cachedSchemas } = { ...defaults, ...limits }
  const getOrCreate = createLru<Rules>(cachedSchemas)

  function rulesFor(parameters: unknown): Rules {
    if (!isJsonObject(parameters) || !isWithin(parameters, schemaBounds)) return anyObject
    return getOrCreate(hash('sha256', JSON.stringify(parameters), 'base64'), () => {
      const schema = plainSchema(parameters, plain)
      return schema.type && !schema.type.includes('object') ? anyObject : { schema, ...compileCheck(schema) }
    })
  }

  return function fit({ function: { name, parameters } }, args) {
    const { schema, check } = rulesFor(parameters)
    const validationError = (problem: string): Fit => ({
      ok: false,
      error: validationMessage(name, schema, problem),
    })

    const read = readArguments(args)
    if ('problem' in read) return validationError(read.problem)
    if (!isWithin(read.object, argumentBounds))
      return validationError('they are too large or too deeply nested')
    const fitted = coerceObject(schema, read.object)
    // Checked again, because coercion parses JSON strings into values.
    if (!isWithin(fitted, argumentBounds)) return validationError('they are too large or too deeply nested')
    const error = check?.(fitted)
    if (error) return validationError(problemMessage(schema, error, { given: read.object, fitted }))
    return { ok: true, arguments: fitted }
  }
}

/** The arguments stay an object, even where a contradictory schema declares another type. */
function coerceObject(schema: PlainSchema, given: JsonObject): JsonObject {
  const coerced = coerce(schema, given)
  return isJsonObject(coerced) ? coerced : given
}

function compileCheck(schema: PlainSchema): { check?: Check } {
  try {
    return { check: compileSchema(schema) }
  } catch {
    return {}
  }
}
