import { createDemoEngine } from '../../src/engines/demo/demo-engine.ts'
import type { ToolSchema } from '../../src/protocol/tool-schema.ts'
import type { ChatRequest, PromptMessage } from '../../src/turn/ports/engine.ts'
import { ollamaEngine } from '../support/ollama/ollama-engine.ts'
import { recording } from '../support/ollama/recordings.ts'
import { serveRecordings, stallingPrompt } from '../support/ollama/replay-server.ts'
import { testEngine } from './engine.ts'

const getLocation: ToolSchema = {
  type: 'function',
  function: {
    name: 'get_location',
    description: 'Get current location',
    parameters: { type: 'object', properties: {} },
  },
}

function prompt(model: string, content: string, tools: ToolSchema[] = []): ChatRequest {
  return { model, messages: [{ role: 'user', content }], tools, stream: true, settings: {} }
}

function recordedPrompt(name: string): ChatRequest {
  const { model, messages, tools } = recording(name).body as unknown as ChatRequest
  return { model, messages: messages as PromptMessage[], tools: tools ?? [], stream: true, settings: {} }
}

testEngine('ollama', async () => {
  const server = await serveRecordings()
  const engine = ollamaEngine(server.url)
  const close = async (): Promise<void> => {
    await engine.close()
    await server.close()
  }
  return {
    engine,
    model: 'smollm2:135m',
    text: recordedPrompt('text'),
    calling: recordedPrompt('call-device'),
    called: 'get_location',
    stalling: { engine, request: prompt('smollm2:135m', stallingPrompt) },
    close,
  }
})

testEngine('demo', async () => {
  const engine = createDemoEngine({ tokenDelayMs: 0 })
  return {
    engine,
    model: 'demo',
    takesAnyModel: true,
    text: prompt('demo', 'Good morning!'),
    calling: prompt('demo', 'What is my location?', [getLocation]),
    called: 'get_location',
    stalling: {
      engine: createDemoEngine({ tokenDelayMs: 600_000 }),
      request: prompt('demo', 'Good morning!'),
    },
    close: () => engine.close(),
  }
})
