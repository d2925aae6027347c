import { ChatterdError } from '../protocol/errors.ts'
import type { AccessCheck, RequestHead } from './access/guard-requests.ts'
import { problemOf, problemType } from './dialects/native/problem.ts'
import { nativePrefix } from './dialects/native/scope.ts'
import { asChatterdError } from './errors.ts'
import {
  idHeader,
  type RequestReport,
  type TracedReply,
  type TracedRequest,
  traceRequest,
} from './trace-requests.ts'

/** The members that the requests and replies of all kinds of servers have. */
interface AnyRequest {
  id: string
  method: string
  raw: RequestHead & TracedRequest['raw']
}
interface AnyReply {
  raw: TracedReply['raw'] & {
    writeHead(status: number, headers: Record<string, string>): unknown
    end(body: string): unknown
  }
}

/** Answers requests whose paths cannot be decoded. No route, and so no hook and no error handler, belongs to them. */
export function createPathErrors(checkAccess: AccessCheck, onEnd: (report: RequestReport) => void) {
  return ({ message }: Error, { id, method, raw: request }: AnyRequest, reply: AnyReply): void => {
    const { headers, error } = admit(request, message)
    traceRequest({ id, method, raw: request, is404: true, routeOptions: {}, failure: error }, reply, onEnd)
    const isNative = request.url?.startsWith(`${nativePrefix}/`)
    const type = isNative ? problemType : 'application/json'
    reply.raw.writeHead(error.status, {
      ...{ [idHeader]: id, ...headers },
      'content-type': `${type}; charset=utf-8`,
    })
    reply.raw.end(JSON.stringify(isNative ? problemOf(error) : { error: error.message }))
  }

  function admit(request: RequestHead, message: string) {
    try {
      return { headers: checkAccess(request).headers, error: new ChatterdError('invalid-request', message) }
    } catch (refusal) {
      return { headers: {}, error: asChatterdError(refusal as ChatterdError) }
    }
  }
}
