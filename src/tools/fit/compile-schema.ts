import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { PlainSchema } from './plain-schema.ts'

/** Returns Ajv's error for a value; undefined for a valid value. */
export type Check = (value: unknown) => ErrorObject | undefined

/**
 * Compiles a plain schema with a new Ajv, because an Ajv never releases a compiled schema. A plain schema needs no check against
 * the meta-schema. Validation stops at the first error, because Ajv has no limit for the number of errors.
 *
 * @throws the error of Ajv where it cannot compile the schema.
 */
export function compileSchema(schema: PlainSchema): Check {
  const ajv = new Ajv2020({
    strict: false,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    // Without it, inherited names such as `constructor` count as present in every object.
    ownProperties: true,
    // Makes 0.3 a multiple of 0.1 in spite of rounding errors.
    multipleOfPrecision: 9,
  })
  const validate = ajv.compile(schema)
  // The error of an `anyOf` comes after those of its branches.
  return (value) => (validate(value) ? undefined : validate.errors?.at(-1))
}
