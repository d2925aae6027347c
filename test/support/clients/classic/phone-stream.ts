import { StringDecoder } from 'node:string_decoder'
import { isJsonObject, type JsonObject } from '../../../../src/protocol/json.ts'

/** A call as phones decode it: every argument is a string. */
export interface PhoneCall {
  id?: string
  name: string
  arguments: Record<string, string>
}

/** One event of a stream, decoded. */
export interface PhoneEvent {
  event: 'message' | 'tool_calls' | 'error'
  /** The data line as it came. */
  data: string
  json: JsonObject
  calls: PhoneCall[]
  done: boolean
}

/** Reads a stream as the strictest of the phones does. */
export interface PhoneStream {
  events: PhoneEvent[]
  comments: string[]
  feed(bytes: Buffer): void
  /** To be called when the response has ended. */
  end(): void
}

/** Throws, in `feed` or `end`, at whatever would crash a phone or make it drop something. */
export function phoneStream(onEvent: (event: PhoneEvent) => void = () => {}): PhoneStream {
  const decoder = new StringDecoder('utf8')
  const events: PhoneEvent[] = []
  const comments: string[] = []
  let rest = ''
  let name = 'message'
  let data: string | undefined

  function read(line: string): void {
    if (line.includes('\r')) throw new Error(`a line holds a carriage return: ${line}`)
    if (line === '') dispatch()
    else readField(line)
  }

  function readField(line: string): void {
    const colon = line.indexOf(':')
    if (colon < 0) throw new Error(`a line without a colon: ${line}`)
    const field = line.slice(0, colon)
    const value = line.slice(colon + 1).replace(/^ /, '')
    if (field === '') comments.push(value)
    else if (field === 'event') name = value
    else if (field === 'data' && data === undefined) data = value
    else if (field !== 'id') throw new Error(`a line that phones do not know: ${line}`)
  }

  function dispatch(): void {
    if (data !== undefined) {
      const event = decode(name, data)
      const last = events.at(-1)
      if (last?.event === 'error') throw new Error(`data after an error: ${data}`)
      if (last?.done) throw new Error(`data after the line with done: ${data}`)
      events.push(event)
      onEvent(event)
    } else if (name !== 'message') throw new Error(`an event without data: ${name}`)
    name = 'message'
    data = undefined
  }

  return {
    events,
    comments,
    feed(bytes) {
      const lines = (rest + decoder.write(bytes)).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) read(line)
    },
    end() {
      if (rest !== '' || data !== undefined) throw new Error(`the stream ended within an event: ${rest}`)
      const last = events.at(-1)
      if (!last?.done && last?.event !== 'error')
        throw new Error('the stream ended without done and without error')
    },
  }
}

function decode(name: string, data: string): PhoneEvent {
  const json: unknown = JSON.parse(data)
  if (!isJsonObject(json)) throw new Error(`data that is no object: ${data}`)
  if (name === 'error') {
    if (typeof json.error !== 'string' || json.error === '')
      throw new Error(`an error without a message: ${data}`)
    return { event: 'error', data, json, calls: [], done: false }
  }
  if (name !== 'message' && name !== 'tool_calls')
    throw new Error(`an event that phones do not know: ${name}`)
  const { model, message, done } = json
  if (typeof model !== 'string') throw new Error(`a line without a model: ${data}`)
  if (!isJsonObject(message) || typeof message.role !== 'string')
    throw new Error(`a line without a role: ${data}`)
  if (message.content !== undefined && typeof message.content !== 'string')
    throw new Error(`content that is no text: ${data}`)
  const calls = message.tool_calls === undefined ? [] : decodeCalls(message.tool_calls, data)
  if (name === 'tool_calls' && calls.length === 0) throw new Error(`tool_calls without a call: ${data}`)
  if (name === 'message' && calls.length > 0) throw new Error(`calls in a message: ${data}`)
  return { event: name, data, json, calls, done: done === true }
}

function decodeCalls(given: unknown, data: string): PhoneCall[] {
  if (!Array.isArray(given)) throw new Error(`tool_calls that are no list: ${data}`)
  return given.map((call: unknown) => {
    const called = isJsonObject(call) ? call.function : undefined
    if (!isJsonObject(call) || !isJsonObject(called) || typeof called.name !== 'string')
      throw new Error(`a call without a name: ${data}`)
    const args = called.arguments
    if (!isJsonObject(args) || !Object.values(args).every((value) => typeof value === 'string'))
      throw new Error(`arguments that are not all strings by name: ${data}`)
    const id = typeof call.id === 'string' ? { id: call.id } : {}
    return { ...id, name: called.name, arguments: args as Record<string, string> }
  })
}
