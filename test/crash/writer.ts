import assert from 'node:assert/strict'
import type { JsonObject } from '../../src/protocol/json.ts'
import { type Response, send } from '../support/clients/classic/post.ts'
import { deviceTool } from '../support/stand-ins/ollama-replies.ts'
import { Ledger, resultFor } from './ledger.ts'
import type { SteadyModel } from './steady-model.ts'

/** A client that writes to one conversation, and records what it has seen. */
export class Writer {
  readonly #appID: string
  readonly #model: SteadyModel
  readonly #ledger = new Ledger()
  readonly #random: () => number

  constructor(appID: string, model: SteadyModel, random: () => number) {
    this.#appID = appID
    this.#model = model
    this.#random = random
  }

  /** One prompt to its end, and a check of the log in the model's prompt. Throws where that is not as it should be. */
  async goOn(url: string): Promise<void> {
    const content = await this.#prompt(url, 'plain')
    const messages = this.#model.promptOf(content)
    assert.ok(messages)
    this.#ledger.check(messages)
  }

  /** Prompts without a pause until the server is gone. */
  async write(url: string): Promise<void> {
    for (;;) {
      try {
        await this.#prompt(url, this.#random() < 0.3 ? 'device' : 'plain')
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        return
      }
    }
  }

  /** Rejects with an error of the socket where the server is gone. */
  async #prompt(url: string, kind: 'plain' | 'device'): Promise<string> {
    const content = `${this.#appID} ${this.#ledger.entries.length} ${kind}`
    const entry = this.#ledger.add(content)
    const tools = kind === 'device' ? [deviceTool('get_location')] : undefined
    const message = { role: 'user', content }
    const first = await this.#post(url, { messages: [message], ...(tools && { tools }) }, () => {
      entry.accepted = true
    })
    if (first.calls.length > 0) {
      entry.called = true
      await this.#post(url, { messages: [{ role: 'tool', content: resultFor(content) }] }, () => {
        entry.resultsSeen = true
      })
    }
    entry.done = true
    return content
  }

  async #post(url: string, body: JsonObject, onAccepted: () => void): Promise<Response> {
    const { appID, model } = { appID: this.#appID, model: this.#model.name }
    const posting = send(`${url}/llmtools`, { appID, model, stream: true, ...body })
    posting.event(0).then(onAccepted, () => {})
    const response = await posting.response
    assert.deepEqual([response.status, response.error], [200, undefined])
    return response
  }
}
