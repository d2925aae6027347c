import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AbstractChat,
  type ChatStatus,
  lastAssistantMessageIsCompleteWithToolCalls,
  type UIMessage,
} from 'ai'
import { createChatTransport, type TransportOptions } from '../../src/client/ai-sdk.ts'
import { createClient } from '../../src/client/index.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import {
  calls,
  done,
  message,
  pauses,
  refuses,
  says,
  sends,
  text,
} from '../support/stand-ins/ollama-replies.ts'

/** A chat as `useChat` has it, without React. */
class Chat extends AbstractChat<UIMessage> {
  #onChange = () => {}

  constructor(init: Omit<ConstructorParameters<typeof AbstractChat<UIMessage>>[0], 'state'>) {
    let status: ChatStatus = 'ready'
    let messages: UIMessage[] = []
    const change = () => this.#onChange()
    super({
      ...init,
      state: {
        error: undefined,
        get status() {
          return status
        },
        set status(value) {
          status = value
          change()
        },
        get messages() {
          return messages
        },
        set messages(value) {
          messages = value
          change()
        },
        pushMessage(one) {
          this.messages = [...messages, one]
        },
        popMessage() {
          this.messages = messages.slice(0, -1)
        },
        replaceMessage(index, one) {
          this.messages = messages.with(index, structuredClone(one))
        },
        snapshot: (value) => structuredClone(value),
      },
    })
  }

  /** Resolves as soon as its last message has such a part. */
  hasPart(wanted: string): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        if (partsOf(this.lastMessage).includes(wanted)) resolve()
      }
      this.#onChange()
    })
  }
}

/** The parts of a message, as far as a person sees them. */
function partsOf(one: UIMessage | undefined): unknown[] {
  return (one?.parts ?? []).flatMap((part): unknown[] => {
    if (part.type === 'text' || part.type === 'reasoning') return [`${part.type}: ${part.text}`]
    if (part.type !== 'dynamic-tool') return []
    return [[part.toolName, part.state, part.output ?? part.errorText]]
  })
}

const [embedded] = databaseKinds.filter(({ kind }) => kind === 'embedded')

describe("useChat's chat, with the transport for chatterd", () => {
  assert.ok(embedded)
  const served = servedOf(embedded)

  function open(
    options: Omit<TransportOptions, 'client'> = {},
    more: Partial<ConstructorParameters<typeof AbstractChat<UIMessage>>[0]> = {},
  ) {
    const { name, model } = served().talk()
    const client = createClient({ baseUrl: new URL(served().one).origin })
    const transport = createChatTransport({ client, model: model.name, ...options })
    const again = () => new Chat({ id: name, transport, ...more })
    return { model, client, chat: again(), again, conversation: client.conversation(name) }
  }

  test('shows reasoning and text, and sends what the user wrote and nothing else', async () => {
    const { chat, model } = open()
    model.replies(sends([message({ thinking: 'Hm' }), text('Good '), text('day'), done()]), says('And you?'))
    await chat.sendMessage({ text: 'hello' })
    assert.deepEqual(partsOf(chat.lastMessage), ['reasoning: Hm', 'text: Good day'])
    await chat.sendMessage({ text: 'fine' })
    assert.deepEqual(partsOf(chat.lastMessage), ['text: And you?'])
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['hello', 'Good day', 'fine'],
    )
    assert.equal(chat.status, 'ready')
  })

  test('gets results of its own tools by addToolOutput, beside those that the transport runs', async () => {
    const tools = [{ name: 'ask_user' }, { name: 'get_place', run: () => ({ at: 'sea' }) }]
    const opened = open(
      { tools },
      {
        sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithToolCalls,
        onToolCall: ({ toolCall }) => {
          if (toolCall.toolName === 'ask_user')
            opened.chat.addToolOutput({
              tool: 'ask_user',
              toolCallId: toolCall.toolCallId,
              output: 'yes',
            } as never)
        },
      },
    )
    opened.model.replies(
      sends([
        calls([
          { name: 'get_place', arguments: {} },
          { name: 'ask_user', arguments: { q: 1 } },
        ]),
        done(),
      ]),
      says('Both.'),
    )
    const ended = opened.chat.hasPart('text: Both.')
    await opened.chat.sendMessage({ text: 'where?' })
    await ended
    assert.deepEqual(partsOf(opened.chat.lastMessage), [
      ['get_place', 'output-available', { at: 'sea' }],
      ['ask_user', 'output-available', 'yes'],
      'text: Both.',
    ])
  })

  test('stops the turn where the user stops the chat', async () => {
    const { chat, model, conversation } = open()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('Half')], gate.promise, [done()]))
    const sending = chat.sendMessage({ text: 'hello' })
    await model.prompt(0)
    await chat.stop()
    await sending
    const active = await conversation.active()
    if (active) assert.equal((await active.result).status, 'cancelled')
    gate.resolve()
    assert.equal(chat.status, 'ready')
  })

  test('goes on with the turn that runs where the page was loaded again', async () => {
    const { chat, again, model } = open()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('First ')], gate.promise, [text('second'), done()]))
    const sending = chat.sendMessage({ text: 'hello' })
    await model.prompt(0)
    const reloaded = again()
    const resuming = reloaded.resumeStream()
    await reloaded.hasPart('text: First ')
    gate.resolve()
    await Promise.all([sending, resuming])
    assert.deepEqual(partsOf(reloaded.lastMessage), ['text: First second'])
    const idle = again()
    await idle.resumeStream()
    assert.deepEqual(idle.messages, [])
  })

  test('answers a message anew', async () => {
    const { chat, model, conversation } = open()
    model.replies(says('One'), says('Two'))
    await chat.sendMessage({ text: 'hello' })
    await chat.regenerate()
    assert.deepEqual(chat.messages.map(partsOf), [['text: hello'], ['text: Two']])
    const { messages } = await conversation.messages()
    assert.deepEqual(
      messages.map(({ content }) => content),
      ['hello', 'Two'],
    )
  })

  test('has the words of what went wrong, before a turn and in it', async () => {
    const { chat, model } = open()
    model.replies(refuses(500, 'out of memory'))
    await chat.sendMessage({ text: 'hello' })
    assert.equal(chat.status, 'error')
    assert.match(String(chat.error?.message), /out of memory/)
    const { chat: other } = open({ model: 'none:at-all' })
    await other.sendMessage({ text: 'hello' })
    assert.match(String(other.error?.message), /has no model 'none:at-all'/)
  })
})
