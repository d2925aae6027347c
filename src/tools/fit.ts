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
 * What schemas and arguments of strangers may cost. Checking is bounded by `plain.schemas` × `arguments.values`: the worst that was
 * found takes half a second, a usual call 25 µs.
 */
export interface FitLimits {
  /** A schema beyond these is not looked at: its arguments go as they came. */
  schema: Bounds
  /** How much of a schema is held against arguments. Compiling 256 schemas takes some 100 ms, a usual tool 3 ms. */
  plain: PlainLimits
  /** Arguments beyond these are refused. */
  arguments: Bounds
  /** How many compiled schemas are kept. */
  kept: number
}

const defaults: FitLimits = {
  schema: { depth: 64, values: 8_192, characters: 32 * 1024 },
  plain: { depth: 32, schemas: 256 },
  arguments: { depth: 64, values: 4_096, characters: 256 * 1024 },
  kept: 256,
}

/** What arguments are held against. Without `check` they are only coerced. */
interface Rules {
  schema: PlainSchema
  check?: Check
}

const anyObject: Rules = { schema: {} }

/**
 * Makes arguments fit a tool's JSON Schema: by name, coerced only toward the declared types, then validated. A sloppy schema
 * does not break its tool: what cannot be understood of it is not held against the arguments. Never throws for values that
 * JSON can carry.
 */
export function createFit(limits: Partial<FitLimits> = {}): (tool: ToolSchema, args: unknown) => Fit {
  const { schema: schemaBounds, plain, arguments: argumentBounds, kept } = { ...defaults, ...limits }
  const remember = createLru<Rules>(kept)

  function rulesFor(parameters: unknown): Rules {
    if (!isJsonObject(parameters) || !isWithin(parameters, schemaBounds)) return anyObject
    return remember(hash('sha256', JSON.stringify(parameters), 'base64'), () => {
      const schema = plainSchema(parameters, plain)
      return schema.type && !schema.type.includes('object') ? anyObject : { schema, ...compiled(schema) }
    })
  }

  return function fit({ function: { name, parameters } }, args) {
    const { schema, check } = rulesFor(parameters)
    const validationError = (problem: string): Fit => ({
      ok: false,
      error: validationMessage(name, schema, problem),
    })

    const given = readArguments(args)
    if ('problem' in given) return validationError(given.problem)
    if (!isWithin(given.object, argumentBounds))
      return validationError('they are too large or too deeply nested')
    const fitted = coercedObject(schema, given.object)
    // Once more: JSON strings have become values.
    if (!isWithin(fitted, argumentBounds)) return validationError('they are too large or too deeply nested')
    const error = check?.(fitted)
    if (error) return validationError(problemMessage(schema, error, { given: given.object, fitted }))
    return { ok: true, arguments: fitted }
  }
}

/** An object stays one, also where a contradictory schema would have it otherwise. */
function coercedObject(schema: PlainSchema, given: JsonObject): JsonObject {
  const coerced = coerce(schema, given)
  return isJsonObject(coerced) ? coerced : given
}

function compiled(schema: PlainSchema): { check?: Check } {
  try {
    return { check: compileSchema(schema) }
  } catch {
    return {}
  }
}
