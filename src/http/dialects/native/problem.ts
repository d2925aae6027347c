import type { FastifyError, FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { ChatterdError, errorKinds } from '../../../protocol/errors.ts'
import { prepareError, prepareNotFound } from '../../errors.ts'
import type { ProblemSchema } from './schemas/problem-schema.ts'

export const problemType = 'application/problem+json'

/** An error as problem details (RFC 9457). */
export function problemOf({ code, message }: ChatterdError): Static<typeof ProblemSchema> {
  const { title, status } = errorKinds[code]
  return { type: `urn:chatterd:problem:${code}`, title, status, detail: message, code }
}

/** Answers errors and unknown routes of the scope with problem details. `onFault` gets faults of chatterd. */
export function setProblemHandlers(scope: FastifyInstance, onFault: (error: unknown) => void): void {
  scope.setErrorHandler((thrown: FastifyError | ChatterdError, request, reply) => {
    const error = prepareError(asTurnNotFound(thrown), request, reply, onFault)
    return reply.type(problemType).send(problemOf(error))
  })
  scope.setNotFoundHandler((request, reply) =>
    reply.type(problemType).send(problemOf(prepareNotFound(request, reply))),
  )
}

/** A malformed id in a path is `not-found`, like an id that no turn has. */
function asTurnNotFound(thrown: FastifyError | ChatterdError): FastifyError | ChatterdError {
  const isId =
    'validationContext' in thrown &&
    thrown.validationContext === 'params' &&
    thrown.validation?.[0]?.instancePath === '/id'
  return isId ? turnNotFound() : thrown
}

/** The error for an id that no turn has. */
export function turnNotFound(): ChatterdError {
  return new ChatterdError('not-found', 'No turn has this id.')
}

/** The error for a name that no conversation has. */
export function conversationNotFound(): ChatterdError {
  return new ChatterdError('not-found', 'No conversation has this name.')
}
