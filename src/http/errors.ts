import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'
import { nearestPath } from './nearest-path.ts'
import { unknownMethod } from './trace-requests.ts'
import { validationMessage } from './validation-message.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The paths of all routes, with parameters as `:name`. */
    routePaths: ReadonlySet<string>
  }
}

/** Answers errors and unknown routes with `{"error": message}` and the status of the code. `onFault` gets faults of chatterd. */
export function setErrorHandlers(app: FastifyInstance, onFault: (error: unknown) => void): void {
  const paths = new Set<string>()
  app.decorate('routePaths', paths)
  app.addHook('onRoute', ({ url }) => void paths.add(url))
  app.setErrorHandler((thrown: FastifyError | ChatterdError, request, reply) => {
    if (thrown.code === unknownMethod) return reply.send({ error: prepareNotFound(request, reply).message })
    const error = prepareError(thrown, request, reply, onFault)
    return reply.send({ error: error.message })
  })
  app.setNotFoundHandler((request, reply) => reply.send({ error: prepareNotFound(request, reply).message }))
}

/** Sets the status and the headers of an error's response; the body is up to the dialect. */
export function prepareError(
  thrown: FastifyError | ChatterdError,
  request: FastifyRequest,
  reply: FastifyReply,
  onFault: (error: unknown) => void,
): ChatterdError {
  const error = asChatterdError(thrown)
  if (error.code === 'internal') onFault(thrown)
  // Fastify sets this header when it cannot read a body, but HTTP/2 does not have it, and Node would log a warning.
  if (request.raw.httpVersionMajor > 1) reply.removeHeader('connection')
  if (error.status === 503 || error.status === 429) reply.header('retry-after', '1')
  reply.code(error.status)
  request.failure = error
  return error
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Sets the status and the headers of the response to a request that no route matches; the body is up to the dialect. */
export function prepareNotFound(request: FastifyRequest, reply: FastifyReply): ChatterdError {
  const { method, server } = request
  const [path = ''] = request.url.split('?', 1)
  const allowed = methods.filter((each) => server.findRoute({ method: each, url: path }) !== null)
  const nearest = allowed.length === 0 ? nearestPath(path, server.routePaths) : undefined
  const hint = nearest === undefined ? '.' : `; did you mean ${nearest}?`
  const error =
    allowed.length === 0
      ? new ChatterdError('not-found', `There is nothing at ${method} ${path}${hint}`)
      : new ChatterdError('method-not-allowed', `${path} has no ${method}; it has ${allowed.join(', ')}.`)
  if (allowed.length > 0) reply.header('allow', allowed.join(', '))
  reply.code(error.status)
  request.failure = error
  return error
}

/** What a client is told of an error: faults of chatterd only that they are. */
export function asChatterdError(thrown: FastifyError | ChatterdError): ChatterdError {
  if (thrown instanceof ChatterdError) return thrown
  if (thrown.validation)
    return new ChatterdError('invalid-request', validationMessage(thrown), { cause: thrown })
  const status = thrown.statusCode ?? 500
  if (status >= 400 && status < 500)
    return new ChatterdError('invalid-request', thrown.message, { cause: thrown })
  const message = 'Something went wrong in chatterd; its log has the details.'
  return new ChatterdError('internal', message, { cause: thrown })
}
