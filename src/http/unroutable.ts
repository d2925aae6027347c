import { ChatterdError } from '../protocol/errors.ts'
import { problemOf, problemType } from './dialects/native/problem.ts'
import { nativePrefix } from './dialects/native/scope.ts'

/** A request's address, and the response of whichever kind of server. */
export interface Unrouted {
  request: { url: string }
  reply: {
    raw: {
      writeHead(status: number, headers: Record<string, string>): unknown
      end(body: string): unknown
    }
  }
}

/** Answers a request whose address cannot be read, so that no route can be looked up for it, in the words of the dialect it is for. */
export function answerUnroutable({ message }: Error, { request, reply }: Unrouted): void {
  const error = new ChatterdError('invalid-request', message)
  const isNative = request.url.startsWith(`${nativePrefix}/`)
  const type = isNative ? problemType : 'application/json'
  const body = isNative ? problemOf(error) : { error: message }
  reply.raw.writeHead(error.status, { 'content-type': `${type}; charset=utf-8` })
  reply.raw.end(JSON.stringify(body))
}
