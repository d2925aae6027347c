import type { DatabaseSource } from '../../src/store/database.ts'
import { type Posting, send } from '../support/clients/classic/post.ts'
import { type ChildServer, serverEnv, shortLease, startServer } from '../support/processes/child-server.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../support/stand-ins/ollama.ts'

/** An engine, and servers that use it. All of it is ended with the servers. */
export interface Servers extends AsyncDisposable {
  model: ScriptedModel
  start(source: DatabaseSource, settings?: Record<string, string>): ChildServer
  prompt(url: string, content: string, appID?: string): Posting
}

/** `over`: the signal of the test. */
export async function openServers(over: AbortSignal): Promise<Servers> {
  const ollama: OllamaStandIn = await ollamaStandIn()
  const model = ollama.model('servers:test')
  const servers: ChildServer[] = []
  return {
    model,
    start(source, settings = {}) {
      const server = startServer({ ...serverEnv(source, ollama.url), ...shortLease, ...settings }, over)
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
