import { type Static, Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import { checkMessages, type PostedLimits } from '../../posted-bounds.ts'
import type { CallResult } from './match-call-results.ts'
import { bodySchema } from './schemas/shared-schema.ts'

const CallId = Type.String({ minLength: 1 })
const Result = bodySchema('CallResult', 'The result of a device call: has an output or an error.', {
  callId: CallId,
  output: Type.Optional(
    Type.Any({ description: 'What the model reads: a string as it is, any other value as JSON.' }),
  ),
  error: Type.Optional(Type.String({ description: 'Why there is no output, for the model to read.' })),
})

/** The body of a request with results of device calls. */
export const ResultsBody = bodySchema(
  'ResultsBody',
  'Results of device calls, each with an output or an error.',
  {
    results: Type.Array(Result, { minItems: 1 }),
  },
)

/** The results as the model reads them. Throws `invalid-request` for too many, or for one with an output and an error. */
export function callResultsOf({ results }: Static<typeof ResultsBody>, limits: PostedLimits): CallResult[] {
  checkMessages(results, () => 0, limits)
  return results.map(({ callId, output, error }) => {
    if ((output === undefined) === (error === undefined)) throw wrongResult(callId, output !== undefined)
    if (error !== undefined) return { callId, output: `Error: ${error}` }
    return { callId, output: typeof output === 'string' ? output : JSON.stringify(output) }
  })
}

function wrongResult(callId: string, hasBoth: boolean): ChatterdError {
  const what = hasBoth ? 'has an output and an error' : "must have an 'output' or an 'error'"
  return new ChatterdError('invalid-request', `The result of the call "${callId}" ${what}.`)
}
