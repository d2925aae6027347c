import { SdkHttpError } from '@modelcontextprotocol/client'
import { errorMessage } from '../../error-message.ts'

/** The most that is shown of what a server answers. */
const maxChars = 2_048

/** What went wrong at a server, in words for the model and the log, without secrets. */
export function serverError(error: unknown, redact: (text: string) => string): Error {
  const message =
    error instanceof SdkHttpError && error.status !== undefined
      ? `the server answers with HTTP status ${error.status}: ${error.message}`
      : errorMessage(error).replace(/^Version negotiation probe failed: /, '')
  return new Error(redact(message).slice(0, maxChars).toWellFormed())
}
