import type { UIMessageChunk } from 'ai'
import type { ClientEvent } from './types.ts'

type Of<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>

/** The chunks of the AI SDK for the events of one turn, which come in order. Calls are dynamic tools; those of the server are "provider-executed". */
export function createChunkMaker(): (event: ClientEvent) => UIMessageChunk[] {
  /** The part that grows. */
  let open: { kind: 'text' | 'reasoning'; id: string } | undefined
  let parts = 0

  function close(): UIMessageChunk[] {
    if (!open) return []
    const end: UIMessageChunk = { type: `${open.kind}-end`, id: open.id }
    open = undefined
    return [end]
  }

  function grow(kind: 'text' | 'reasoning', delta: string): UIMessageChunk[] {
    if (delta === '') return []
    const chunks: UIMessageChunk[] = open?.kind === kind ? [] : close()
    if (!open) {
      open = { kind, id: String(++parts) }
      chunks.push({ type: `${kind}-start`, id: open.id })
    }
    return [...chunks, { type: `${kind}-delta`, id: open.id, delta }]
  }

  return (event) => {
    switch (event.type) {
      case 'turn-start':
        return [{ type: 'start', messageId: event.turn }]
      case 'step-start':
        return [...close(), { type: 'start-step' }]
      case 'text-delta':
        return grow('text', event.text)
      case 'thinking-delta':
        return grow('reasoning', event.text)
      case 'call-start':
        return [...close(), ...callStart(event)]
      case 'call-approved':
        return [{ type: 'tool-approval-response', approvalId: event.callId, approved: true }]
      case 'call-end':
        return [callEnd(event)]
      case 'step-end':
        return [...close(), { type: 'finish-step' }]
      case 'turn-end':
        return [...close(), turnEnd(event)]
      default:
        return []
    }
  }
}

function callStart({ callId, name, arguments: input, side, approval }: Of<'call-start'>): UIMessageChunk[] {
  const call: UIMessageChunk = {
    ...{ type: 'tool-input-available', toolCallId: callId, toolName: name, input, dynamic: true },
    ...(side === 'resident' && { providerExecuted: true }),
  }
  return approval ? [call, { type: 'tool-approval-request', approvalId: callId, toolCallId: callId }] : [call]
}

function callEnd({ callId: toolCallId, status, output, error }: Of<'call-end'>): UIMessageChunk {
  if (status === 'denied') return { type: 'tool-output-denied', toolCallId }
  if (output === undefined)
    return {
      type: 'tool-output-error',
      toolCallId,
      errorText: error ?? `The call is ${status}.`,
      dynamic: true,
    }
  return { type: 'tool-output-available', toolCallId, output: parsed(output), dynamic: true }
}

function turnEnd({ status, error }: Of<'turn-end'>): UIMessageChunk {
  if (status === 'completed') return { type: 'finish', finishReason: 'stop' }
  if (status === 'cancelled' && !error) return { type: 'abort' }
  return { type: 'error', errorText: error?.detail ?? `The turn is ${status}.` }
}

/** What a tool gave back: text, or what was JSON. */
function parsed(output: string): unknown {
  if (!/^\s*[[{]/.test(output)) return output
  try {
    return JSON.parse(output)
  } catch {
    return output
  }
}
