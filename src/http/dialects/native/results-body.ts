import { type Static, Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import { checkMessages, type PostedLimits } from '../../posted-bounds.ts'
import type { CallResult } from './match-call-results.ts'
import { sharedSchema } from './schemas/shared-schema.ts'

const CallId = Type.String({ minLength: 1 })
const Output = Type.Object({
  callId: CallId,
  output: Type.Any({ description: 'What the model reads: a string as it is, any other value as JSON.' }),
})
const Failure = Type.Object({
  callId: CallId,
  error: Type.String({ description: 'Why there is no output, for the model to read.' }),
})

/** The body of a request with results of device calls. */
export const ResultsBody = sharedSchema(
  'ResultsBody',
  'Results of device calls, each with an output or an error.',
  {
    results: Type.Array(Type.Union([Output, Failure]), { minItems: 1 }),
  },
)

/** The results as the model reads them. Throws `invalid-request` for too many, or for one with an output and an error. */
export function callResultsOf({ results }: Static<typeof ResultsBody>, limits: PostedLimits): CallResult[] {
  checkMessages(results, () => 0, limits)
  return results.map((result) => {
    if ('output' in result && 'error' in result)
      throw new ChatterdError('invalid-request', `The call "${result.callId}" has an output and an error.`)
    if ('error' in result) return { callId: result.callId, output: `Error: ${result.error}` }
    const output: unknown = result.output
    return { callId: result.callId, output: typeof output === 'string' ? output : JSON.stringify(output) }
  })
}
