import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import type { ChatterdError, ErrorCode } from '../../protocol/errors.ts'
import { prepareError, prepareNotFound } from '../errors.ts'

/** An error as JSON-RPC has it, where the id of the request is not known (https://www.jsonrpc.org/specification#error_object). */
interface RpcError {
  jsonrpc: '2.0'
  id: null
  error: { code: number; message: string; data: { code: ErrorCode } }
}

const parseError = -32_700
const invalidRequest = -32_600
const internalError = -32_603
/** The first of those that servers may define themselves. */
const serverError = -32_000

function rpcErrorOf({ code, message }: ChatterdError, { body }: FastifyRequest): RpcError {
  return { jsonrpc: '2.0', id: null, error: { code: rpcCode(code, body), message, data: { code } } }
}

/** `body` is undefined where it could not be read. */
function rpcCode(code: ErrorCode, body: unknown): number {
  if (code === 'invalid-request') return body === undefined ? parseError : invalidRequest
  return code === 'internal' ? internalError : serverError
}

/** Answers errors and unknown routes of the scope with errors of JSON-RPC. `onFault` gets faults of chatterd. */
export function setRpcErrorHandlers(scope: FastifyInstance, onFault: (error: unknown) => void): void {
  scope.setErrorHandler((thrown: FastifyError | ChatterdError, request, reply) => {
    const error = prepareError(thrown, request, reply, onFault)
    // The protocol knows no 422.
    if (error.code === 'invalid-request') reply.code(400)
    return reply.send(rpcErrorOf(error, request))
  })
  scope.setNotFoundHandler((request, reply) =>
    reply.send(rpcErrorOf(prepareNotFound(request, reply), request)),
  )
}
