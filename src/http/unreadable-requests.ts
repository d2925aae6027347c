import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { idHeader, type RequestReport } from './trace-requests.ts'

/** What Node's HTTP server says of a request that it cannot read: https://nodejs.org/api/http.html#event-clienterror */
interface ClientError extends Error {
  code?: string
  reason?: string
}

/** Answers requests that are no HTTP, or whose heads are too long or too slow. No route, and so no hook, belongs to them. */
export function createClientErrorHandler(onEnd: (report: RequestReport) => void) {
  return (error: ClientError, socket: Socket): void => {
    // The client is gone, or a response is under way: Node's own handler looks there too.
    const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null }
    const isUnderWay = response?.headersSent && !response.writableEnded
    if (error.code === 'ECONNRESET' || !socket.writable || isUnderWay) {
      socket.destroy()
      return
    }
    const { status, phrase, words } = refusalOf(error)
    const id = randomUUID()
    const body = JSON.stringify({ error: words })
    const head = [
      `HTTP/1.1 ${status} ${phrase}`,
      ...['content-type: application/json; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`],
      ...[`${idHeader}: ${id}`, 'connection: close'],
    ]
    const text = `${head.join('\r\n')}\r\n\r\n${body}`
    socket.end(text)
    const bytes = Buffer.byteLength(text)
    onEnd({ request: id, method: 'unknown', status, ms: 0, bytes, code: 'invalid-request' })
  }
}

function refusalOf({ code, reason, message }: ClientError): {
  status: number
  phrase: string
  words: string
} {
  if (code === 'HPE_HEADER_OVERFLOW')
    return {
      ...{ status: 431, phrase: 'Request Header Fields Too Large' },
      words: 'The head of the request is too long.',
    }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, phrase: 'Request Timeout', words: 'The request did not arrive in time.' }
  const why = reason ?? message
  return { status: 400, phrase: 'Bad Request', words: `The request cannot be read as HTTP: ${why}.` }
}
