import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type JsonObject } from '../../../src/protocol/json.ts'
import { type LocalServer, serve } from '../stand-ins/local-server.ts'
import { type Recording, recording, recordings } from './recordings.ts'

/** A prompt whose response is one line, after which nothing comes. */
export const stallingPrompt = 'Say one word, then stall.'

const defaultRecordings: Record<string, string> = {
  '/api/generate': 'generate',
  '/api/tags': 'tags',
  '/api/ps': 'ps',
  '/api/version': 'version',
}

/** Responds as the recorded Ollama did: to a recorded request with its recording, to other models with its 404. */
export function serveRecordings(): Promise<LocalServer> {
  return serve(async (request, response) => {
    const body = request.method === 'POST' ? await json(request) : {}
    respond(request, isJsonObject(body) ? body : {}, response)
  })
}

function respond(request: IncomingMessage, body: JsonObject, response: ServerResponse): void {
  const path = request.url ?? '/'
  if (path === '/api/chat' && JSON.stringify(body).includes(stallingPrompt)) {
    const { contentType, answer: bytes } = recording('text')
    response.writeHead(200, { 'content-type': contentType }).write(bytes.subarray(0, bytes.indexOf('\n') + 1))
    return
  }
  const { status, contentType, answer: bytes } = find(path, body)
  response.writeHead(status, { 'content-type': contentType }).end(bytes)
}

function find(path: string, body: JsonObject): Recording {
  const known = String(recording('tags').answer).includes(`"${body.model}"`)
  if (path === '/api/show') return recording(known ? 'show' : 'error-show-unknown')
  if (body.model !== undefined && !known) return recording('error-unknown-model')
  const same = recordings.find(
    (one) =>
      one.path === path &&
      one.body?.model === body.model &&
      isDeepStrictEqual(one.body?.messages, body.messages) &&
      (one.body?.stream !== false) === (body.stream !== false),
  )
  return same ?? recording(defaultRecordings[path] ?? (body.stream === false ? 'text-whole' : 'text'))
}
