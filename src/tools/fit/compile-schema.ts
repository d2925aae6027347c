import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { PlainSchema } from './plain-schema.ts'

/** What is wrong with a value, as Ajv puts it; undefined where nothing is. */
export type Check = (value: unknown) => ErrorObject | undefined

/**
 * Compiles a plain schema with an Ajv of its own, since an Ajv keeps all that it ever compiled. The meta-schema is not needed for
 * a schema that is plain. It stops at the first error: naming all of them, Ajv has no bound for their number.
 *
 * @throws what Ajv throws where a schema cannot be compiled.
 */
export function compileSchema(schema: PlainSchema): Check {
  const ajv = new Ajv2020({
    strict: false,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    // Else `constructor` and its like count as present in every object.
    ownProperties: true,
    // 0.3 is a multiple of 0.1, whatever doubles say.
    multipleOfPrecision: 9,
  })
  const validate = ajv.compile(schema)
  // The last one: those of the branches of an `anyOf` come before its own.
  return (value) => (validate(value) ? undefined : validate.errors?.at(-1))
}
