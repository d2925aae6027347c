import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { Fit, Toolbox } from '../turn/ports/toolbox.ts'
import { fitValue } from './fit/fit-value.ts'
import { type Bounds, isWithin } from './fit/is-within.ts'
import { Misfit } from './fit/misfit.ts'
import { type PlainLimits, type PlainSchema, plainSchema } from './fit/plain-schema.ts'
import { readArguments } from './fit/read-arguments.ts'
import { validationMessage } from './fit/validation-message.ts'

/** Limits for schemas and arguments, which come from clients and models. */
export interface FitLimits {
  /** A schema that exceeds these is ignored: arguments are passed on unchecked. */
  schema: Bounds
  /** How much of a schema is checked. */
  plain: PlainLimits
  /** Arguments that exceed these are refused. */
  arguments: Bounds
  /** How often a value is held against a schema, of the arguments of one call; then they are refused. */
  checks: number
}

const defaults: FitLimits = {
  schema: { depth: 64, values: 8_192, characters: 32 * 1024 },
  plain: { depth: 32, schemas: 256 },
  arguments: { depth: 64, values: 4_096, characters: 256 * 1024 },
  checks: 200_000,
}

/**
 * Creates the function that fits arguments to a tool's JSON Schema: one walk brings them to the declared types and finds the first
 * place where they do not fit. A malformed schema does not break its tool: its malformed parts are ignored. The function never throws
 * for JSON values.
 */
export function createFit(limits: Partial<FitLimits> = {}): Toolbox['fit'] {
  const { schema: schemaBounds, plain, arguments: argumentBounds, checks } = { ...defaults, ...limits }

  function schemaOf(parameters: unknown): PlainSchema {
    if (!isJsonObject(parameters) || !isWithin(parameters, schemaBounds)) return {}
    const schema = plainSchema(parameters, plain)
    return schema.type && !schema.type.includes('object') ? {} : schema
  }

  return function fit({ function: { name, parameters } }, args, undeclared) {
    const schema = withUndeclared(schemaOf(parameters), undeclared && plainSchema(undeclared, plain))
    const refused = (problem: string, written: JsonObject = {}): Fit => ({
      ok: false,
      written,
      error: validationMessage(name, schema, problem),
    })
    const read = readArguments(args)
    if ('problem' in read) return refused(read.problem)
    const written = read.object
    if (!isWithin(written, argumentBounds)) return refused(tooLarge)
    const budget = { checks }
    const fitted = fitValue(schema, written, budget)
    if (budget.checks < 0) return refused('they take too long to be checked', written)
    if (fitted instanceof Misfit) return refused(fitted.problem, written)
    if (!isJsonObject(fitted)) return refused('the schema does not declare an object', written)
    // Checked again, because JSON strings have become values.
    if (!isWithin(fitted, argumentBounds)) return refused(tooLarge, written)
    return { ok: true, written, arguments: fitted }
  }
}

function withUndeclared(schema: PlainSchema, undeclared: PlainSchema | undefined): PlainSchema {
  const isOpen = !schema.allOf && !schema.anyOf && schema.additionalProperties === undefined
  return undeclared && isOpen ? { ...schema, additionalProperties: undeclared } : schema
}

const tooLarge = 'they are too large or too deeply nested'
