import type { FastifyError, FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { ChatterdError, errorKinds } from '../../../protocol/errors.ts'
import { prepareError, routeNotFound } from '../../errors.ts'
import type { ProblemSchema } from './schemas/problem-schema.ts'

export const problemType = 'application/problem+json'

/** An error as clients of this dialect read it, RFC 9457. */
export function problemOf({ code, message }: ChatterdError): Static<typeof ProblemSchema> {
  const { title, status } = errorKinds[code]
  return { type: `urn:chatterd:problem:${code}`, title, status, detail: message, code }
}

/** Answers errors and unknown routes of the scope with problem details. */
export function setProblemHandlers(scope: FastifyInstance, onFault: (error: unknown) => void): void {
  scope.setErrorHandler((thrown: FastifyError | ChatterdError, request, reply) => {
    const error = prepareError(inWordsOfPath(thrown), request, reply, onFault)
    return reply.type(problemType).send(problemOf(error))
  })
  scope.setNotFoundHandler((request, reply) =>
    reply
      .code(errorKinds['not-found'].status)
      .type(problemType)
      .send(problemOf(routeNotFound(request))),
  )
}

/** What cannot be the id of a turn is the id of none. */
function inWordsOfPath(thrown: FastifyError | ChatterdError): FastifyError | ChatterdError {
  const isId =
    'validationContext' in thrown &&
    thrown.validationContext === 'params' &&
    thrown.validation?.[0]?.instancePath === '/id'
  return isId ? turnNotFound() : thrown
}

/** What is told where a turn does not exist. */
export function turnNotFound(): ChatterdError {
  return new ChatterdError('not-found', 'There is no such turn.')
}

/** What is told where a conversation does not exist. */
export function conversationNotFound(): ChatterdError {
  return new ChatterdError('not-found', 'There is no such conversation.')
}
