import { text } from 'node:stream/consumers'
import { benchModelName } from './bench-model.ts'

const messagesInOne = 200

/**
 * Fills a new conversation with `size` messages by the product's own door: prompts that bring a history along, each of which
 * ends with a question, and the reply is one token.
 */
export async function seedConversation(url: string, conversation: string, size: number): Promise<void> {
  for (let have = 0; have < size; have += messagesInOne) {
    const count = Math.min(messagesInOne, size - have)
    const messages = Array.from({ length: count - 1 }, (_, index) => ({
      role: index % 2 === count % 2 ? 'user' : 'assistant',
      content: `message ${have + index} of a long talk about the weather of the week and what to wear in it`,
    }))
    const body = JSON.stringify({ appID: conversation, model: benchModelName(1, 0), messages, stream: true })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/llmtools`, { method: 'POST', headers, body })
    const said = response.body ? await text(response.body) : ''
    if (!response.ok || said.includes('event: error')) throw new Error(`seeding: ${response.status} ${said}`)
  }
}
