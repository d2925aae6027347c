import type { Usage } from '../protocol/message.ts'
import { contextWindow } from './context-window.ts'
import type { FittedPrompt } from './fit-log.ts'
import type { TurnState } from './ports/turn-state.ts'
import type { TurnPorts } from './turn-ports.ts'

/** How full the context is, for the usage of a reply. */
export type ContextGauge = Pick<Usage, 'window' | 'leftOut'>

/**
 * Looks up the window that the prompts of this state are made to fit. The prompt does not wait for it: what is returned gives the gauge
 * of a prompt, without a window where that is not known by then.
 */
export function lookUpGauge(
  begun: TurnState,
  ports: Pick<TurnPorts, 'engine' | 'limits'>,
  signal: AbortSignal,
): (prompt: FittedPrompt) => ContextGauge {
  let known: number | undefined
  contextWindow(begun, ports, signal).then(
    (window) => {
      known = window
    },
    // An engine that does not respond here reports it when it is prompted.
    () => {},
  )
  return ({ state, log }) => {
    const { truncation, promptFrom, pinned } = state
    // The engine has shown that its window is smaller than the model's.
    const window = truncation?.refusedFor === undefined ? known : truncation.window
    const older = promptFrom - 1 - pinned
    const steps = state.log.length - log.length - state.log.filter(isOlder(state)).length
    const leftOut = Math.max(0, older) + Math.max(0, steps)
    return { ...(window && { window: Math.floor(window) }), ...(leftOut > 0 && { leftOut }) }
  }
}

const isOlder =
  ({ pinned, promptFrom }: TurnState) =>
  ({ seq }: { seq: number }) =>
    seq > pinned && seq < promptFrom
