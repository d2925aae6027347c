import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
import { isOpen } from './fold-event.ts'
import type { CallState, Client, ConversationView, ViewOptions, ViewState } from './types.ts'
import { createView } from './view.ts'

/** What a component shows of a conversation, and what its user can do. */
export interface ConversationHook
  extends Omit<ViewState, 'conversation'>,
    Pick<
      ConversationView,
      'send' | 'stop' | 'approve' | 'answer' | 'dismiss' | 'loadOlder' | 'switchBranch'
    > {
  /** As the server has it: title, model and so on. Undefined where there is none of this name yet. */
  conversation: ViewState['conversation']
  /** Calls of `turn` that have not ended, of both sides. */
  openCalls: readonly CallState[]
}

/** A conversation, for as long as the component is mounted. `tools` are offered with each prompt, and run here when they are called. */
export function useConversation(client: Client, name: string, options: ViewOptions = {}): ConversationHook {
  const { tools, pageSize } = options
  const view = useMemo(
    () => createView(client.conversation(name), { ...(pageSize !== undefined && { pageSize }) }),
    [client, name, pageSize],
  )
  useEffect(() => {
    if (tools) view.setTools(tools)
  }, [view, tools])
  const read = useCallback(() => view.state, [view])
  const state = useSyncExternalStore(view.subscribe, read, read)
  const { turn } = state
  const openCalls = useMemo(() => turn?.replies.flatMap(({ calls }) => calls.filter(isOpen)) ?? [], [turn])
  const { send, stop, approve, answer, dismiss, loadOlder, switchBranch } = view
  return { ...state, openCalls, send, stop, approve, answer, dismiss, loadOlder, switchBranch }
}
