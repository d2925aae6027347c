import { ChatterdError } from '../protocol/errors.ts'
import type { AccessCheck, RequestHead } from './access/guard-requests.ts'
import { problemOf, problemType } from './dialects/native/problem.ts'
import { nativePrefix } from './dialects/native/scope.ts'
import { asChatterdError } from './errors.ts'

/** The members that the requests and replies of all kinds of servers have. */
interface AnyRequest {
  raw: RequestHead
}
interface AnyReply {
  raw: {
    writeHead(status: number, headers: Record<string, string>): unknown
    end(body: string): unknown
  }
}

/** Answers requests whose paths cannot be decoded. No route, and so no hook and no error handler, belongs to them. */
export function createPathErrors(checkAccess: AccessCheck) {
  return ({ message }: Error, { raw: request }: AnyRequest, { raw }: AnyReply): void => {
    let error = new ChatterdError('invalid-request', message)
    let headers = {}
    try {
      headers = checkAccess(request).headers
    } catch (refusal) {
      error = asChatterdError(refusal as ChatterdError)
    }
    const isNative = request.url?.startsWith(`${nativePrefix}/`)
    const type = isNative ? problemType : 'application/json'
    raw.writeHead(error.status, { ...headers, 'content-type': `${type}; charset=utf-8` })
    raw.end(JSON.stringify(isNative ? problemOf(error) : { error: error.message }))
  }
}
