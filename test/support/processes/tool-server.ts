import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { send } from '../clients/classic/post.ts'
import { ask } from '../clients/native/ask.ts'
import { databaseKinds } from '../databases/database-kinds.ts'
import { ollamaStandIn } from '../stand-ins/ollama.ts'
import { calls, says } from '../stand-ins/ollama-replies.ts'
import { serverEnv, startServer } from './child-server.ts'

/** What `GET /chatterd/v1/tools` returns. */
interface Catalog {
  tools: { name: string; source: string }[]
  sources: { name: string; state: string; reason?: string }[]
}

/** A server with the `chatterd.toml` that `prepare` writes into its folder, and a model whose replies the test gives. */
export async function startToolServer(
  t: TestContext,
  prepare: (folder: string) => Promise<void>,
  env: Record<string, string> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-tools-'))
  await prepare(folder)
  const ollama = await ollamaStandIn()
  const model = ollama.model('tools:test')
  const [, postgresql] = databaseKinds
  assert.ok(postgresql)
  const source = await postgresql.create({ after: (end) => t.after(end) })
  const args = ['--config', join(folder, 'chatterd.toml')]
  const server = startServer({ ...serverEnv(source, ollama.url), ...env }, t.signal, args)
  t.after(async () => {
    server.kill('SIGKILL')
    await server.exit
    await ollama.close()
    await rm(folder, { recursive: true })
  })
  const url = await server.url
  const catalog = async () => {
    const { text } = await ask(`${url}/chatterd/v1/tools`)
    const { tools, sources } = JSON.parse(text) as Catalog
    const states = sources.map(({ name, state, reason }): [string, string] => [name, reason ?? state])
    return { text, tools, states: Object.fromEntries(states) }
  }
  const prompt = (content: string, appID: string) =>
    send(`${url}/llmtools`, {
      ...{ appID, model: model.name, stream: true, tools: [] },
      messages: [{ role: 'user', content }],
    })
  const lastResult = () => model.lastMessages().findLast(({ role }) => role === 'tool')?.content
  return {
    ...{ server, folder, model, catalog, prompt, lastResult },
    /** What the model reads of its call, and the whole response to the client. */
    async call(name: string, args: object, app: string) {
      model.replies(says(calls([{ name, arguments: args }])), says('thank you'))
      const { text } = await prompt('do it', app).response
      return { text, result: lastResult() }
    },
    /** Waits until a source has a state, or a reason for being down. */
    async until(source: string, state: RegExp) {
      while (!state.test((await catalog()).states[source] ?? 'gone'))
        await delay(20, undefined, { signal: t.signal })
    },
  }
}
