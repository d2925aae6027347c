import { ChatterdError } from '../protocol/errors.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { askedContext, contextWindow } from './context-window.ts'
import { promptedMessages } from './estimate-tokens.ts'
import { type FittedPrompt, fitLog, wholePrompt } from './fit-log.ts'
import type { TurnState } from './ports/turn-state.ts'
import { fullShare } from './truncate-log.ts'
import type { TurnPorts } from './turn-ports.ts'

/** Prompts estimated below this, in tokens, fit what engines load by default: the engine is not asked for its window. */
const smallPrompt = 1_500

/** The prompt of this state, truncated where it would not leave room for a reply in the window that is counted on. */
export async function fitContext(
  state: TurnState,
  tools: readonly ToolSchema[],
  scale: () => number,
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<FittedPrompt> {
  const whole = wholePrompt(state, tools)
  if (!askedContext(state, ports.limits) && whole.estimated < smallPrompt) return whole
  const window = await contextWindow(state, ports, signal)
  if (!window || whole.estimated * scale() <= window * fullShare) return whole
  return fitLog(state, { tools, truncation: { window }, scale: scale() }) ?? whole
}

/** A shorter prompt after the engine has refused this one as too long. Throws `error` where nothing more can be left out. */
export function fitAfterRefusal(
  error: unknown,
  { state, estimated }: FittedPrompt,
  tools: readonly ToolSchema[],
  scale: () => number,
  { limits }: Pick<TurnPorts, 'limits'>,
): FittedPrompt {
  if (!(error instanceof ChatterdError) || error.code !== 'context-overflow') throw error
  const asked = askedContext(state, limits)
  const truncation = asked
    ? { window: asked }
    : { window: Math.ceil(estimated * scale()), refusedFor: state.request.model }
  // What did not fit is larger than the window, whatever the estimate says.
  const least = truncation.window / estimated
  const shorter = fitLog(state, { tools, truncation, scale: Math.max(scale(), least) }, estimated)
  if (!shorter) throw error
  return shorter
}

/**
 * What a client is told of the truncation of a prompt: of the first one, of each that leaves out several turns, and of one of the
 * newest turn. In a window of hardly more than one turn, each turn leaves out the one before.
 */
export function truncationNotice(before: TurnState, { state }: FittedPrompt): TurnEvent | undefined {
  const { truncation, log, promptFrom } = state
  if (!truncation) return undefined
  const { shortened } = truncation
  const isOfNewest = log.some(({ turn, seq }) => turn === state.id && seq === shortened)
  if (isOfNewest) return shortened === before.truncation?.shortened ? undefined : notice(partsLeftOut)
  const leftOut = promptedMessages(before).filter(({ seq }) => seq < promptFrom)
  const isNews = !before.truncation || new Set(leftOut.map(({ turn }) => turn)).size > 1
  return isNews ? notice(turnsLeftOut) : undefined
}

const turnsLeftOut =
  'The earlier part of the conversation was left out of the prompt, because it no longer fits the context.'
const partsLeftOut =
  'Parts of the newest messages were left out of the prompt, because they do not fit the context.'

function notice(detail: string): TurnEvent {
  return { type: 'notice', code: 'history-cut', detail }
}
