import { ChatterdError } from '../protocol/errors.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { askedContext, contextWindow } from './context-window.ts'
import { estimatePrompt } from './estimate-tokens.ts'
import type { TurnState } from './ports/turn-state.ts'
import { truncateLog } from './truncate-log.ts'
import type { TurnPorts } from './turn-ports.ts'

/** Messages that are read at once. */
const pageSize = 200

/**
 * Takes a truncation back, as far as that fits, where the window has become larger than the one it was for: the state with the older
 * messages in its log again. They are read for this alone: what begins a turn reads no more than its prompt. `scale`: tokens of the
 * engine for each that is estimated.
 */
export async function restoreLog(
  state: TurnState,
  tools: readonly ToolSchema[],
  scale: () => number,
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  if (!state.truncation) return state
  const window = await largerWindow(state, ports, signal)
  if (!window) return state
  const { truncation: _, ...rest } = state
  let widened: TurnState = rest
  while (widened.promptFrom > state.pinned + 1 && estimatePrompt(widened, tools) * scale() < window) {
    const older = await olderMessages(widened, ports)
    // The database is away: the next turn tries again.
    if (!older) return state
    widened = withOlder(widened, older)
  }
  // More was read than fits, down to the middle of a turn perhaps; what stays begins with a turn.
  const promptFrom = truncateLog(widened, tools, window, scale())
  if (promptFrom >= state.promptFrom) return { ...state, truncation: { ...state.truncation, window } }
  return { ...widened, promptFrom, ...(promptFrom > state.pinned + 1 && { truncation: { window } }) }
}

/** The window to count on now, where it is larger than the one that the log was truncated for. */
async function largerWindow(
  state: TurnState,
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { log, request, truncation } = state
  if (!truncation) return undefined
  const window = await contextWindow(state, ports, signal)
  // The engine has shown that its window is smaller than the largest of the model; it is larger now where it takes more.
  if (truncation.refusedFor === request.model && !askedContext(state, ports.limits)) {
    const taken = log.findLast(({ usage }) => usage !== undefined)?.usage?.promptTokens ?? 0
    return taken > truncation.window ? Math.max(window ?? 0, 2 * taken) : undefined
  }
  return window && window > truncation.window ? window : undefined
}

/** The newest messages before those in the prompt; undefined where they cannot be read. */
async function olderMessages(
  { conversation, promptFrom }: TurnState,
  { directory }: TurnPorts,
): Promise<LogMessage[] | undefined> {
  try {
    return await directory.messages(conversation, promptFrom, pageSize)
  } catch (error) {
    if (error instanceof ChatterdError && error.code === 'database-unavailable') return undefined
    throw error
  }
}

function withOlder(state: TurnState, older: readonly LogMessage[]): TurnState {
  const { log, pinned } = state
  const added = older.filter(({ seq, refused }) => seq > pinned && !refused)
  const first = older.find(({ seq }) => seq > pinned)?.seq ?? pinned + 1
  const position = log.findIndex(({ seq }) => seq > pinned)
  return { ...state, log: [...log.slice(0, position), ...added, ...log.slice(position)], promptFrom: first }
}
