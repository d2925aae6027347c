import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'
import { isTooDeep, maxJsonDepth } from '../protocol/json.ts'

/** Reads every request's body as JSON in UTF-8, whatever its content type: phones and curl send all kinds of types. */
export function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Fastify refuses malformed types, and over HTTP/2 ignores a body that has neither a type nor a length.
  app.addHook('onRequest', async (request) => {
    request.headers['content-type'] = 'application/json'
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

function parseJson(body: Buffer): unknown {
  const value = parseText(body)
  if (!isTooDeep(value)) return value
  throw new ChatterdError(
    'invalid-request',
    `The body has more than ${maxJsonDepth} levels of objects and arrays.`,
  )
}

function parseText(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8'
    throw new ChatterdError('invalid-request', `The body cannot be read as JSON: ${reason}.`, {
      cause: error,
    })
  }
}
