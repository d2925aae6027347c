import type { ServerResponse } from 'node:http'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { recording } from '../ollama/recordings.ts'
import type { ChatPrompt, ChatScript } from './ollama.ts'

/** A call as a model asks for it; `arguments` may be anything, as models are. */
export interface ScriptedCall {
  name: string
  arguments: unknown
  id?: string
}

/** One line of a response, made when the model's name is known. */
export type ScriptedLine = (prompt: Pick<ChatPrompt, 'body'>) => string

/** A line of text. */
export function text(content: string): ScriptedLine {
  return message({ content })
}

/** A line with calls, and with text where it is given. */
export function calls(scripted: ScriptedCall[], content = ''): ScriptedLine {
  const tool_calls = scripted.map(({ id, name, arguments: args }, index) => ({
    ...(id && { id }),
    function: { index, name, arguments: args },
  }))
  return message({ content, tool_calls })
}

/** A line with this message. */
export function message(fields: object): ScriptedLine {
  return ({ body }) => line(body.model, { role: 'assistant', content: '', ...fields }, { done: false })
}

/** The last line, with text or calls where they are given. */
export function done(fields: object = {}): ScriptedLine {
  const counts = { prompt_eval_count: 20, eval_count: 5 }
  return ({ body }) =>
    line(
      body.model,
      { role: 'assistant', content: '', ...fields },
      { done: true, done_reason: 'stop', ...counts },
    )
}

/** This very line. */
export function bytes(raw: string): ScriptedLine {
  return () => raw
}

function line(model: string, message: object, end: object): string {
  return JSON.stringify({ model, created_at: '2026-11-22T12:34:46.276824208Z', message, ...end })
}

/** Replies with these lines and the last one. */
export function says(...lines: (ScriptedLine | string)[]): ChatScript {
  return sends([...lines.map((one) => (typeof one === 'string' ? text(one) : one)), done()])
}

/** Replies with exactly these lines. */
export function sends(lines: ScriptedLine[]): ChatScript {
  return (response, prompt) => {
    begin(response)
    response.end(lines.map((one) => `${one(prompt)}\n`).join(''))
  }
}

/** Replies with these lines, then waits for the gate, then goes on with the rest. */
export function pauses(first: ScriptedLine[], gate: Promise<unknown>, rest: ScriptedLine[]): ChatScript {
  return async (response, prompt) => {
    begin(response)
    response.flushHeaders()
    for (const one of first) response.write(`${one(prompt)}\n`)
    await gate
    response.end(rest.map((one) => `${one(prompt)}\n`).join(''))
  }
}

/** Responds as the recorded Ollama did, byte for byte. */
export function replays(name: string): ChatScript {
  return (response) => {
    const { status, contentType, answer } = recording(name)
    response.writeHead(status, { 'content-type': contentType }).end(answer)
  }
}

/** Refuses with a status, in Ollama's form. */
export function refuses(status: number, error: string): ChatScript {
  return (response) => {
    response
      .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify({ error }))
  }
}

/** Sends these lines and destroys the connection, as an engine that is killed. */
export function tears(lines: ScriptedLine[], last = ''): ChatScript {
  return (response, prompt) => {
    begin(response)
    const sent = lines.map((one) => `${one(prompt)}\n`).join('') + last
    // With nothing to send, the connection is destroyed before there is a response at all.
    if (sent === '') return response.destroy()
    response.write(sent, () => response.destroy())
  }
}

/** Sends these lines, and then nothing more, ever; without lines, not even a status. */
export function hangs(lines: ScriptedLine[] = []): ChatScript {
  return (response, prompt) => {
    if (lines.length === 0) return
    begin(response)
    for (const one of lines) response.write(`${one(prompt)}\n`)
  }
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
}

/** The schema of a device tool as a phone sends it. */
export function deviceTool(name: string, properties: JsonObject = {}, required: string[] = []): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      description: `Device tool ${name}`,
      parameters: { type: 'object', properties, required },
    },
  }
}
