import type { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ChatterdError } from '../../protocol/errors.ts'
import { parseExact } from '../../protocol/exact-json.ts'
import { maxJsonDepth } from '../../protocol/json.ts'
import { JsonScanner } from './json-scanner.ts'
import { type Refusal, receiveBody } from './receive-body.ts'

/** How much the body of a request may have. */
export interface BodyLimits {
  maxBodyBytes: number
  /** Members of objects and elements of arrays, all together. */
  maxBodyValues: number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Its content type, as the client named it. */
    givenType?: string | undefined
  }
}

/** Between the steps of reading a larger body, other requests get a turn. */
const largeBytes = 1_000_000

/** Reads every request's body as JSON in UTF-8, whatever its content type: phones and curl send all kinds of types. */
export function readJson(app: FastifyInstance, limits: BodyLimits): void {
  app.removeAllContentTypeParsers()
  // Fastify refuses malformed types, and over HTTP/2 ignores a body that has neither a type nor a length.
  app.addHook('onRequest', async (request) => {
    request.givenType = request.headers['content-type']
    request.headers['content-type'] = 'application/json'
  })
  app.addContentTypeParser('*', async ({ headers }: FastifyRequest, payload: Readable) => {
    checkEncoding(headers['content-encoding'])
    const { maxBodyBytes, maxBodyValues } = limits
    const scanner = new JsonScanner({ maxValues: maxBodyValues, maxDepth: maxJsonDepth })
    const body = await receiveBody(payload, headers['content-length'], maxBodyBytes, scanner, (refusal) =>
      tooMuch(refusal, limits),
    )
    if (body.length === 0) return undefined
    const isLarge = body.length > largeBytes
    if (isLarge) await setImmediate()
    const text = decode(body)
    if (isLarge) await setImmediate()
    const value = parse(text, scanner.isExact)
    if (isLarge) await setImmediate()
    return value
  })
}

function tooMuch(refusal: Refusal, { maxBodyBytes, maxBodyValues }: BodyLimits): ChatterdError {
  switch (refusal) {
    case 'bytes':
      return new ChatterdError(
        'request-too-large',
        `The request is too large: its body may have ${maxBodyBytes} bytes (setting CHATTERD_MAX_BODY).`,
      )
    case 'values':
      return new ChatterdError(
        'request-too-large',
        `The request has too many values: all its objects and arrays together may have ${maxBodyValues} members (setting CHATTERD_MAX_BODY_VALUES).`,
      )
    case 'depth':
      return new ChatterdError(
        'invalid-request',
        `The body has more than ${maxJsonDepth} levels of objects and arrays.`,
      )
  }
}

/** A compressed body is not decompressed: it may be a thousand times as large. */
function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return
  const given = JSON.stringify(encoding.slice(0, 60))
  throw new ChatterdError(
    'invalid-request',
    `Content-Encoding: bodies are taken as they are, and not in ${given}.`,
  )
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new ChatterdError('invalid-request', 'The body cannot be read as JSON: it is not UTF-8.', {
      cause: error,
    })
  }
}

/** `isExact`: no number would lose digits or its form. */
function parse(text: string, isExact: boolean): unknown {
  try {
    return isExact ? JSON.parse(text) : parseExact(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ChatterdError('invalid-request', `The body cannot be read as JSON: ${reason}.`, {
      cause: error,
    })
  }
}
