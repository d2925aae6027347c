import { type Call, isOpen } from '../protocol/call.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { PromptMessage } from './ports/engine.ts'
import type { TurnState } from './ports/turn-state.ts'

/** Takes the place of what was truncated. Constant, so that the prompt's prefix stays the same. */
const leftOut = 'The earlier part of this conversation was left out, because it no longer fits the context.'

/**
 * The messages for the engine. They depend on the log alone: the same log gives the same bytes, and a longer log begins with the
 * bytes of a shorter one. They are well-formed for every prefix of a log: each call is followed by its result, in call order.
 */
export function prompt(state: Pick<TurnState, 'system' | 'log' | 'pinned' | 'promptFrom'>): PromptMessage[] {
  const system: PromptMessage[] = state.system ? [{ role: 'system', content: state.system }] : []
  const pinned = state.log.filter((message) => message.seq <= state.pinned)
  const rest = state.log.filter((message) => message.seq > state.pinned && message.seq >= state.promptFrom)
  const note: PromptMessage[] =
    state.promptFrom > state.pinned + 1 ? [{ role: 'system', content: leftOut }] : []
  return [...system, ...pinned.flatMap(promptMessages), ...note, ...rest.flatMap(promptMessages)]
}

function promptMessages(message: LogMessage): PromptMessage[] {
  const prompted: PromptMessage = { role: message.role, content: message.content }
  if (message.thinking) prompted.thinking = message.thinking
  if (message.images && message.images.length > 0) prompted.images = message.images
  if (message.calls.length === 0) return [prompted]
  prompted.tool_calls = message.calls.map((call) => ({
    id: call.id,
    function: { index: call.index, name: call.name, arguments: call.written ?? call.arguments },
  }))
  return [prompted, ...message.calls.map(result)]
}

function result(call: Call): PromptMessage {
  return {
    ...{ role: 'tool', content: resultText(call), tool_name: call.name, tool_call_id: call.id },
    ...(call.images && { images: call.images }),
  }
}

/** What the model reads as a call's result. */
function resultText(call: Call): string {
  if (isOpen(call)) return 'No result yet.'
  // A late result is stored with its call, but earlier prompts have said already that there is none.
  const from = call.approval ? 'anybody' : 'the device'
  if (call.status === 'superseded') return `No result: the user went on before ${from} answered.`
  if (call.status === 'expired')
    return (
      call.output ??
      `No result: ${call.approval ? 'nobody answered' : 'the device did not answer'} this call.`
    )
  if (call.status === 'cancelled') return 'No result: the call was cancelled.'
  if (call.status === 'interrupted') return 'No result: the call was interrupted, and its outcome is unknown.'
  return call.output ?? ''
}
