import { conversationPath } from './begin-request.ts'
import { ChatterdError } from './chatterd-error.ts'
import { linkOf } from './conversation.ts'
import { createLogReader } from './log-reader.ts'
import { callSafely } from './turn-log.ts'
import type {
  Conversation,
  ConversationData,
  ConversationView,
  Turn,
  ViewOptions,
  ViewState,
} from './types.ts'
import { changeView, emptyView, isRefused, sentOf } from './view-state.ts'
import { createViewTurns } from './view-turns.ts'
import { watchConversation } from './watch-conversation.ts'

/** How long a page is hidden before it leaves its connection to others, in milliseconds: browsers allow few, for all pages together. */
const hiddenMs = 10_000

/** A conversation for an interface: its messages, its turn, and what other clients do with it. Opens nothing before somebody subscribes. */
export function createView(
  conversation: Conversation,
  { tools: firstTools, pageSize = 50 }: ViewOptions = {},
): ConversationView {
  const link = linkOf(conversation)
  const { platform } = link
  const listeners = new Set<() => void>()
  let tools = firstTools
  let state: ViewState = emptyView
  /** Not aborted while there are subscribers. */
  let opened: AbortController | undefined
  /** What the messages were when they were last read. */
  let read: { branch: number | undefined; messages: number | undefined } | undefined

  const reader = createLogReader(link, conversation, pageSize, (error) => {
    if (error) update({ error, ...(state.status === 'loading' && { status: 'failed' }) })
    else if (state.error) update({ error: undefined })
  })
  const turns = createViewTurns(link, {
    tools: () => tools,
    opened: () => opened?.signal,
    readNew: (whole) => readNew(whole),
    onChange: (change) => update(change),
  })

  function update(change: Partial<ViewState> = {}): void {
    const before = state
    state = changeView(before, change, reader.log, turns.shown, turns.queue)
    if (state === before) return
    for (const listener of [...listeners]) callSafely(listener)
  }

  /** Resolves once they are read; never where the view is closed before. */
  async function readNew(whole: boolean): Promise<void> {
    const signal = opened?.signal ?? AbortSignal.abort()
    const { branch, messages } = state.conversation ?? {}
    const isOther = read !== undefined && read.branch !== branch
    read = { branch, messages }
    await reader.readNew(whole || isOther, signal)
    update({ status: 'ready', error: undefined })
  }

  function onPresent(present: ConversationData | undefined): void {
    if (present) {
      update({ conversation: present })
      const isNew =
        present.branch !== read?.branch || (present.messages !== read?.messages && isIdle(present))
      // A failure is that of the view's being closed.
      if (!read || isNew) readNew(false).catch(() => {})
    } else {
      read = undefined
      reader.clear()
      update({ conversation: present, status: 'ready', failure: undefined })
    }
    turns.setActive(present?.activeTurn ?? undefined)
  }

  /** What is added while a turn is shown is read at its end. */
  function isIdle({ activeTurn }: ConversationData): boolean {
    return activeTurn === null && turns.shown === undefined
  }

  function open(): void {
    const own = new AbortController()
    opened = own
    read = undefined
    let watching = watch()
    let offTimer = () => {}
    const offShown = platform.onShown((isShown) => {
      offTimer()
      if (!isShown) offTimer = platform.after(hiddenMs, () => watching.abort())
      else if (watching.signal.aborted) watching = watch()
    })
    own.signal.addEventListener('abort', () => {
      offTimer()
      offShown()
      watching.abort()
    })
    turns.open()
  }

  /** Follows what happens in the conversation until it is aborted. */
  function watch(): AbortController {
    const watching = new AbortController()
    const unless = (run: () => void) => {
      if (!watching.signal.aborted) run()
    }
    watchConversation(
      link,
      conversationPath(conversation.name),
      {
        onPresent,
        onTurnStart: (id) => turns.setActive(id),
        onTurnEnd: (id) => turns.endActive(id),
        onConnection: (connection) => unless(() => update({ connection })),
      },
      watching.signal,
    ).catch((error) => unless(() => update({ status: 'failed', error })))
    return watching
  }

  function shownTurn(): Turn {
    if (turns.shown) return turns.shown.turn
    throw new ChatterdError({ code: 'unknown-call', detail: 'No turn of the conversation has open calls.' })
  }

  const view: ConversationView = {
    get state() {
      return state
    },
    get turn() {
      return turns.newest
    },
    subscribe(onChange) {
      const own = () => onChange()
      listeners.add(own)
      if (!opened) open()
      return () => {
        if (listeners.delete(own) && listeners.size === 0) view.close()
      }
    },
    send(input, options = {}) {
      const turn = conversation.send(input, { ...(tools && { tools }), ...options })
      turns.add({ turn, isOwn: true, sent: sentOf(input), after: options.after })
      return turn
    },
    async stop() {
      await turns.shown?.turn.cancel()
    },
    answer: async (callId, result) => shownTurn().answer(callId, result),
    approve: async (callId, decision) => shownTurn().approve(callId, decision),
    dismiss() {
      if (turns.shown && isRefused(turns.shown.turn)) turns.drop(turns.shown)
    },
    async loadOlder() {
      await reader.readOlder()
      update()
    },
    async switchBranch(branch) {
      const present = await conversation.update({ branch })
      // It was one of the other branch.
      update({ failure: undefined })
      onPresent(present)
    },
    setTools(others) {
      tools = others
    },
    close() {
      listeners.clear()
      opened?.abort()
      opened = undefined
      turns.close()
      update({ connection: { state: 'closed' } })
    },
  }
  return view
}
