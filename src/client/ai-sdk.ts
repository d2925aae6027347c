import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai'
import { ChatterdError } from './chatterd-error.ts'
import { isOpen } from './fold-event.ts'
import type { Client, ClientEvent, SendOptions, Turn } from './types.ts'
import { createChunkMaker } from './ui-chunks.ts'
import { branchingPoint, inputOf, reactionsIn } from './ui-messages.ts'

/** `tools`: those without `run` are answered by the chat, with `addToolOutput`. */
export interface TransportOptions extends Omit<SendOptions, 'signal' | 'idempotencyKey' | 'after'> {
  client: Client
}

/** A turn that a chat reads, from where its reader stands. */
interface OpenTurn {
  turn: Turn
  events: AsyncIterator<ClientEvent>
  toChunks: (event: ClientEvent) => UIMessageChunk[]
}

/**
 * Lets `useChat` talk to chatterd. A chat's id is the name of its conversation, and the id of an assistant's message is that of its turn. Where a turn waits
 * for the chat, its stream ends; the chat's next request has what it waits for.
 */
export function createChatTransport<Message extends UIMessage = UIMessage>({
  client,
  ...defaults
}: TransportOptions): ChatTransport<Message> {
  const { tools = [] } = defaults
  const chats = new Map<string, OpenTurn>()
  /** How many requests each chat has made. */
  const requests = new Map<string, number>()

  function count(chatId: string): number {
    const number = (requests.get(chatId) ?? 0) + 1
    requests.set(chatId, number)
    return number
  }

  function open(chatId: string, turn: Turn): OpenTurn {
    const opened = { turn, events: turn[Symbol.asyncIterator](), toChunks: createChunkMaker() }
    chats.set(chatId, opened)
    return opened
  }

  /** True where nothing comes after the event before the chat has done something about the calls that are open. */
  function isLastFor({ state }: Turn, event: ClientEvent): boolean {
    if (!('number' in event) || event.number !== state.lastEvent || state.status !== 'waiting') return false
    const calls = state.replies.flatMap((reply) => reply.calls).filter(isOpen)
    const isRun = (called: string) => tools.some(({ name, run }) => name === called && run)
    return calls.length > 0 && calls.every(({ status, name }) => status === 'asked' || !isRun(name))
  }

  function stream(chatId: string, { turn, events, toChunks }: OpenTurn, signal: AbortSignal | undefined) {
    const request = requests.get(chatId)
    let isOver = false
    return new ReadableStream<UIMessageChunk>({
      start(controller) {
        signal?.addEventListener('abort', () => {
          if (isOver) return
          isOver = true
          controller.close()
          // A chat that resumes again gives up its earlier attempt; everything else that is given up has been stopped.
          queueMicrotask(() => {
            if (requests.get(chatId) === request) turn.cancel().catch(() => {})
          })
        })
      },
      async pull(controller) {
        for (let isIdle = true; isIdle; ) {
          const { done, value: event } = await events.next()
          if (isOver) return
          isOver = done ?? false
          if (done) return controller.close()
          const chunks = toChunks(event)
          for (const chunk of chunks) controller.enqueue(chunk)
          isIdle = chunks.length === 0
          if (isLastFor(turn, event)) {
            isOver = true
            controller.enqueue({ type: 'finish', finishReason: 'tool-calls' })
            return controller.close()
          }
        }
      },
    })
  }

  /** The turn of a message, read as far as the chat has it: to where it waits. */
  async function reopen(chatId: string, id: string): Promise<OpenTurn> {
    const known = chats.get(chatId)
    if (known?.turn.id === id) return known
    const active = await client.conversation(chatId).active({ tools })
    const opened = open(chatId, active?.id === id ? active : client.turn(id))
    for (;;) {
      const { done, value: event } = await opened.events.next()
      if (done) return opened
      opened.toChunks(event)
      if (isLastFor(opened.turn, event)) return opened
    }
  }

  async function goOn(chatId: string, message: Message, signal: AbortSignal | undefined) {
    const opened = await reopen(chatId, message.id)
    const { turn } = opened
    const reactions = reactionsIn(message, turn.state.openCalls)
    await Promise.all(
      reactions.map((reaction) =>
        ('answer' in reaction
          ? turn.answer(reaction.callId, reaction.answer)
          : turn.approve(reaction.callId, reaction.decision)
        ).catch(ignoreDecided),
      ),
    )
    return stream(chatId, opened, signal)
  }

  return {
    resumeStreamIsReplay: true,
    async sendMessages({ chatId, messages, messageId, trigger, abortSignal, body }) {
      count(chatId)
      const conversation = client.conversation(chatId)
      const last = messages.at(-1)
      if (last?.role === 'assistant') return goOn(chatId, last, abortSignal)
      const isAnew = trigger === 'regenerate-message'
      const isBranch = isAnew || messageId !== undefined
      const after = isBranch
        ? await branchingPoint(conversation, messages, { messageId, trigger })
        : undefined
      const turn = conversation.send(last && !isAnew ? inputOf(last) : [], {
        ...defaults,
        ...body,
        ...(after !== undefined && { after }),
      })
      return stream(chatId, open(chatId, turn), abortSignal)
    },
    async reconnectToStream({ chatId, abortSignal }) {
      count(chatId)
      const turn = await client.conversation(chatId).active({ tools })
      return turn ? stream(chatId, open(chatId, turn), abortSignal) : null
    },
  }
}

/** Somebody else has answered or decided the call meanwhile, or it is closed: what has become of it comes with the events. */
function ignoreDecided(error: unknown): void {
  const { status } = error instanceof ChatterdError ? error : {}
  if (status !== 404 && status !== 409 && status !== 410) throw error
}
