import type { ConversationKey } from '../protocol/conversation-key.ts'
import { isJsonObject } from '../protocol/json.ts'
import { withContextWindow } from '../turn/context-window.ts'
import type { ConversationDirectory } from '../turn/ports/conversation-directory.ts'
import type { Engine } from '../turn/ports/engine.ts'
import type { TurnLimits, TurnState } from '../turn/ports/turn-state.ts'
import { titleFrom } from '../turn/title.ts'
import type { RunReport } from './run-report.ts'

/** What titles are written with. */
export interface TitlePorts {
  engine: Pick<Engine, 'name' | 'chat'>
  directory: Pick<ConversationDirectory, 'messages' | 'improveTitle'>
  limits: Pick<TurnLimits, 'contextTokens'>
  /** True while no prompt runs or waits in this process. */
  isIdle(): boolean
  /** Called when a conversation has got another title. */
  onTitled(conversation: ConversationKey): void
  /** Called with faults of chatterd itself. */
  onFault(fault: unknown, turn: string): void
}

/** A conversation that is to get a title, by its first turn. */
type FirstTurn = Pick<TurnState, 'id' | 'conversation' | 'request'>

/** How many wait at most; the oldest goes without. */
const maxWaiting = 100
/** How often a title is begun that prompts have interrupted. */
const maxTries = 3
const timeoutMs = 30_000
/** The longest part of each message that the model reads, and what it writes at most, in characters and in tokens. */
const maxRead = 2_000
const maxWritten = 500
const maxTokens = 64

/** Has the model write titles of conversations, one at a time, while no prompt runs or waits in this process. */
export class TitleWriter {
  readonly #ports: TitlePorts
  #waiting: { turn: FirstTurn; tries: number }[] = []
  #writing: AbortController | undefined
  #closed = false

  constructor(ports: TitlePorts) {
    this.#ports = ports
  }

  /** A run of a turn is over. The first turn of a conversation gives it a title, once it has completed. */
  onFinished({ id, conversation, request, log }: TurnState, { status }: Pick<RunReport, 'status'>): void {
    const isFirst = log.every(({ turn }) => turn === id || turn === null)
    if (isFirst && status === 'completed')
      this.#waiting = [...this.#waiting, { turn: { id, conversation, request }, tries: 0 }].slice(-maxWaiting)
    this.#resume()
  }

  /** A prompt has come, which does not wait for a title. `begun` settles when it runs, or is refused. */
  interruptFor(begun: Promise<unknown>): void {
    this.#writing?.abort()
    const resume = () => this.#resume()
    begun.then(resume, resume)
  }

  /** No prompt may run or wait any more. */
  #resume(): void {
    if (this.#closed || this.#writing || !this.#ports.isIdle()) return
    const next = this.#waiting.shift()
    if (!next) return
    const writing = new AbortController()
    this.#writing = writing
    void this.#write(next.turn, writing.signal)
      .catch((error: unknown) => this.#ports.onFault(error, next.turn.id))
      .finally(() => {
        this.#writing = undefined
        const tries = next.tries + 1
        if (writing.signal.aborted && tries < maxTries) this.#waiting.unshift({ ...next, tries })
        this.#resume()
      })
  }

  close(): void {
    this.#closed = true
    this.#writing?.abort()
  }

  async #write({ id, conversation, request }: FirstTurn, interrupted: AbortSignal): Promise<void> {
    const { engine, directory, limits } = this.#ports
    // It would only say that it is no language model.
    if (engine.name === 'demo') return
    const signal = AbortSignal.any([interrupted, AbortSignal.timeout(timeoutMs)])
    try {
      const messages = await directory.messages(conversation, undefined, 20)
      const own = messages?.filter(({ turn, role }) => turn === id && role !== 'system') ?? []
      const said = own.filter(({ content }) => content.trim() !== '')
      if (said.length === 0) return
      const text = said.map(({ role, content }) => `${role}: ${content.slice(0, maxRead)}`).join('\n\n')
      const chat = {
        model: request.model,
        messages: [{ role: 'user' as const, content: `${task}\n\n${text}` }],
        tools: [],
        stream: true,
        settings: settingsOf(request, limits.contextTokens),
      }
      let written = ''
      for await (const parts of engine.chat(chat, signal)) {
        written += parts.map(({ text = '' }) => text).join('')
        if (written.length > maxWritten) break
      }
      const title = titleFrom(withoutFrame(written))
      if (title === undefined || interrupted.aborted) return
      if (await directory.improveTitle(id, title)) this.#ports.onTitled(conversation)
    } catch (error) {
      // Without a title of the model's, the conversation keeps the one of its first prompt.
      if (signal.aborted || (error instanceof Error && error.name === 'ChatterdError')) return
      throw error
    }
  }
}

const task =
  'Write a title for the conversation below: at most six words, in its language, without quotation marks. Answer with the title alone.'

/** As the turn's own prompts have them, so that the engine need not load the model anew. */
function settingsOf({ settings }: FirstTurn['request'], contextTokens: number | undefined) {
  const { options, keep_alive } = settings
  const own = { ...(isJsonObject(options) && options), num_predict: maxTokens }
  return withContextWindow(
    { ...(keep_alive !== undefined && { keep_alive }), think: false, options: own },
    contextTokens,
  )
}

/** The title without thoughts before it, and without what models like to put around it. */
function withoutFrame(text: string): string {
  return text
    .replace(/^\s*<think>.*?(<\/think>|$)/s, '')
    .trim()
    .replace(/^(title:\s*)?["'“”«*#\s]+|["'“”».*\s]+$/gi, '')
}
