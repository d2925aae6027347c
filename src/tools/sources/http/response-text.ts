import { STATUS_CODES } from 'node:http'
import { parseExact } from '../../../protocol/exact-json.ts'
import type { Json } from '../../../protocol/json.ts'
import { pointerTokens, valueAt } from '../../fit/json-pointer.ts'
import type { HttpResponse } from '../../guard/exchange.ts'
import { beginningOf } from '../../result-text.ts'
import type { Redact } from '../redact.ts'
import { decodeText, mediaType } from './media-type.ts'

/** How much the model reads of a response that is a failure, in bytes. */
const maxFailure = 2_048

export interface ResponseOptions {
  /** A JSON Pointer to the part that is the result. Absent: all of it. */
  result?: string | undefined
  /** The most bytes of a text. */
  maxOutputBytes: number
  redact: Redact
}

/**
 * What the model reads of a response: JSON and text as they are, of anything else its type and size.
 *
 * @throws Error, for the model, where the status is none of success, or the result is not there
 */
export function responseText(response: HttpResponse, options: ResponseOptions): string {
  const { status } = response
  if (status < 200 || status > 299) throw new Error(failureMessage(response, options))
  if (options.result) return resultAt(response, options.result, options)
  return contentText(response, options.maxOutputBytes, options)
}

function failureMessage(response: HttpResponse, options: ResponseOptions): string {
  const { status } = response
  const name = STATUS_CODES[status]
  const how = `status ${status}${name === undefined ? '' : ` ${name}`}`
  if (response.body.length === 0) return how
  return `${how}: ${contentText(response, maxFailure, options).trim()}`
}

function resultAt(response: HttpResponse, pointer: string, options: ResponseOptions): string {
  if (response.isTruncated)
    throw new Error(
      `the response is longer than ${response.body.length} bytes, so ${pointer} cannot be found in it`,
    )
  const value = valueAt(readJson(response), pointerTokens(pointer))
  if (value === undefined) {
    const start = contentText(response, maxFailure, options)
    throw new Error(`the response has nothing at ${pointer}: ${start}`)
  }
  return options.redact(typeof value === 'string' ? value : JSON.stringify(value))
}

function readJson(response: HttpResponse): Json {
  try {
    return parseExact(decodeText(response) ?? '')
  } catch {
    throw new Error('the response is no JSON')
  }
}

function contentText(response: HttpResponse, maxBytes: number, { redact }: ResponseOptions): string {
  const { body, isTruncated, status } = response
  if (body.length === 0) return `[no content, status ${status}]`
  const text = decodeText(response)
  if (text === undefined) return `[${mediaType(response)}, ${sizeOf(response)}]`
  const bytes = Buffer.byteLength(text)
  if (!isTruncated && bytes <= maxBytes) return redact(text)
  const note = `\n[cut here: the response has ${sizeOf(response)}]`
  return beginningOf(redact(text, isTruncated ? 'end' : undefined), maxBytes - note.length) + note
}

function sizeOf({ body, headers, isTruncated }: HttpResponse): string {
  if (!isTruncated) return `${body.length} bytes`
  const length = headers['content-length']
  return typeof length === 'string' && /^\d+$/.test(length)
    ? `${length} bytes`
    : `more than ${body.length} bytes`
}
