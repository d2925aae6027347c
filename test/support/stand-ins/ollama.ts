import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { isJsonObject, type JsonObject } from '../../../src/protocol/json.ts'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import type { PromptMessage } from '../../../src/turn/ports/engine.ts'
import { serve } from './local-server.ts'

/** The body of a request to `/api/chat`. */
export interface ChatBody {
  model: string
  messages: PromptMessage[]
  tools?: ToolSchema[]
  [field: string]: unknown
}

/** One request to `/api/chat`, as it came. */
export interface ChatPrompt {
  raw: Buffer
  body: ChatBody
  /** Resolves when the connection of this request closes, on either side. */
  closed: Promise<void>
}

/** Writes the response to one prompt. What it throws ends the connection. */
export type ChatScript = (response: ServerResponse, prompt: ChatPrompt) => unknown

/** A model whose replies are scripted. Each test has its own, so that tests do not interfere. */
export interface ScriptedModel {
  name: string
  /** All its prompts so far, in order of arrival. */
  prompts: ChatPrompt[]
  /** Adds to the next replies. Without one, the response to a prompt is HTTP 500. */
  replies(...scripts: ChatScript[]): void
  /** The prompt of this number, from 0, as soon as it has come. */
  prompt(number: number): Promise<ChatPrompt>
  /** The newest prompt's messages. */
  lastMessages(): PromptMessage[]
  /** The newest prompt's tools. */
  lastTools(): ToolSchema[]
}

/** An Ollama on a real socket. */
export interface OllamaStandIn {
  url: string
  /** Makes a model known. */
  model(name: string): ScriptedModel
  /** Responds to `/api/generate`; the bodies of the requests are in `generated`. */
  generates(script: (response: ServerResponse) => unknown): void
  generated: Buffer[]
  /** Refuses connections while the work is done, as an Ollama that is not running. */
  isAwayDuring<Result>(work: () => Promise<Result>): Promise<Result>
  /** Responds to `path` with this status while the work is done. */
  isBrokenDuring<Result>(path: string, status: number, work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export async function ollamaStandIn(): Promise<OllamaStandIn> {
  const models = new Map<string, ReturnType<typeof scriptedModel>>()
  const broken = new Map<string, number>()
  const generated: Buffer[] = []
  let generate: (response: ServerResponse) => unknown = (response) => response.writeHead(500).end()

  const catalogue: Record<string, (body: JsonObject, response: ServerResponse) => void> = {
    '/api/version': (_body, response) => answerJson(response, 200, { version: '0.33.0' }),
    '/api/ps': (_body, response) => answerJson(response, 200, { models: [] }),
    '/api/tags': (_body, response) =>
      answerJson(response, 200, { models: [...models.keys()].map((name) => ({ name, model: name })) }),
    '/api/show': ({ model }, response) =>
      models.has(String(model))
        ? answerJson(response, 200, { capabilities: ['completion', 'tools', 'vision'] })
        : answerJson(response, 404, { error: `model '${model}' not found` }),
  }

  const server = await serve(async (request, response) => {
    const path = request.url ?? '/'
    const raw = await buffer(request)
    const status = broken.get(path)
    if (status !== undefined) return answerJson(response, status, { error: `broken with ${status}` })
    if (path === '/api/generate') {
      generated.push(raw)
      return generate(response)
    }
    const body: unknown = raw.length > 0 ? JSON.parse(raw.toString()) : {}
    if (!isJsonObject(body)) return response.writeHead(400).end()
    const look = catalogue[path]
    if (look) return look(body, response)
    if (path !== '/api/chat') return response.writeHead(404).end()
    const model = models.get(String(body.model))
    if (!model) return answerJson(response, 404, { error: `model '${body.model}' not found` })
    await model.take(request, response, { raw, body: body as unknown as ChatBody })
  })

  return {
    url: server.url,
    model(name) {
      const model = scriptedModel(name)
      models.set(name, model)
      return model
    },
    generates(script) {
      generate = script
    },
    generated,
    async isAwayDuring(work) {
      server.server.closeAllConnections()
      server.server.close()
      try {
        return await work()
      } finally {
        server.server.listen(Number(new URL(server.url).port), '127.0.0.1')
        await once(server.server, 'listening')
      }
    },
    async isBrokenDuring(path, status, work) {
      broken.set(path, status)
      return await work().finally(() => broken.delete(path))
    },
    close: server.close,
  }
}

function scriptedModel(name: string) {
  const scripts: ChatScript[] = []
  const prompts: ChatPrompt[] = []
  const awaited: (() => void)[] = []

  function last(): ChatBody {
    const prompt = prompts.at(-1)
    if (!prompt) throw new Error(`${name} has had no prompt`)
    return prompt.body
  }

  return {
    name,
    prompts,
    replies: (...more: ChatScript[]) => void scripts.push(...more),

    async prompt(number: number): Promise<ChatPrompt> {
      for (;;) {
        const prompt = prompts[number]
        if (prompt) return prompt
        await new Promise<void>((resolve) => awaited.push(resolve))
      }
    },

    lastMessages: () => last().messages,
    lastTools: () => last().tools ?? [],

    async take(request: IncomingMessage, response: ServerResponse, received: Omit<ChatPrompt, 'closed'>) {
      const closed = new Promise<void>((resolve) => response.once('close', resolve))
      const prompt = { ...received, closed }
      prompts.push(prompt)
      for (const resolve of awaited.splice(0)) resolve()
      const script = scripts.shift()
      if (!script) return answerJson(response, 500, { error: `${name} has no more replies` })
      try {
        await script(response, prompt)
      } catch {
        request.socket.destroy()
      }
    },
  }
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
