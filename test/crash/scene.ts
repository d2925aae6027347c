import type { DatabaseSource } from '../../src/store/database.ts'
import { type Posting, send } from '../classic/post.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../stand-ins/ollama.ts'
import { type ChildServer, serverEnv, startServer } from './child-server.ts'

/** An engine, and servers that ask it. All of it is ended with the scene. */
export interface Scene extends AsyncDisposable {
  model: ScriptedModel
  start(source: DatabaseSource, settings?: Record<string, string>): ChildServer
  prompt(url: string, content: string, appID?: string): Posting
}

/** `over`: the signal of the test. */
export async function openScene(over: AbortSignal): Promise<Scene> {
  const ollama: OllamaStandIn = await ollamaStandIn()
  const model = ollama.model('scene:test')
  const servers: ChildServer[] = []
  return {
    model,
    start(source, settings = {}) {
      const server = startServer({ ...serverEnv(source, ollama.url), ...settings }, over)
      servers.push(server)
      return server
    },
    prompt: (url, content, appID = 'app') =>
      send(`${url}/llmchat`, {
        ...{ appID, model: model.name, stream: true },
        messages: [{ role: 'user', content }],
      }),
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.kill('SIGKILL')
      await Promise.all(servers.map((server) => server.exit))
      await ollama.close()
    },
  }
}
