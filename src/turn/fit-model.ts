import type { TurnEvent } from '../protocol/events.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnState } from './ports/turn-state.ts'
import type { TurnPorts } from './turn-ports.ts'

/** What a model is prompted with, and what is told of that which was left out for it. */
export interface ModelPrompt {
  tools: readonly ToolSchema[]
  log: TurnState['log']
  notices: TurnEvent[]
}

/**
 * Leaves out what the model cannot take, because engines refuse the whole prompt for it: tools where it cannot call them, images where
 * it cannot see. Nothing is left out where the engine does not say what the model can do.
 */
export async function fitModel(
  { log, request }: Pick<TurnState, 'log' | 'request'>,
  tools: readonly ToolSchema[],
  { engine }: Pick<TurnPorts, 'engine'>,
  signal: AbortSignal,
): Promise<ModelPrompt> {
  const hasImages = log.some(({ images = [] }) => images.length > 0)
  const hasToolImages = log.some(({ calls }) => calls.some(({ images }) => images))
  if (tools.length === 0 && !hasImages && !hasToolImages) return { tools, log, notices: [] }
  // An engine that does not respond here will not respond to the prompt, which says so.
  const model = await engine.model(request.model, signal).catch(() => undefined)
  const lacks = (capability: string) => model?.capabilities?.includes(capability) === false
  const notices: TurnEvent[] = []
  if (tools.length > 0 && lacks('tools'))
    notices.push(
      notice('tools-left-out', `The model '${request.model}' cannot call tools, so it is offered none.`),
    )
  if (hasImages && lacks('vision'))
    notices.push(
      notice(
        'images-left-out',
        `The model '${request.model}' cannot see images, so they are left out of the prompt.`,
      ),
    )
  return {
    tools: lacks('tools') ? [] : tools,
    log: (hasImages || hasToolImages) && lacks('vision') ? log.map(withoutImages) : log,
    notices,
  }
}

/** The outputs of calls name their images. */
function withoutImages({ images: _, ...message }: LogMessage): LogMessage {
  return { ...message, calls: message.calls.map(({ images: __, ...call }) => call) }
}

function notice(code: string, detail: string): TurnEvent {
  return { type: 'notice', code, detail }
}
