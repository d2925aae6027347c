import type { ConversationView, Turn, ViewState } from '../../src/client/types.ts'

/** Resolves with the state of a view, or a turn, as soon as it is as wanted. */
export function until<State>(
  { subscribe, ...source }: { subscribe(onChange: () => void): () => void; state(): State },
  isWanted: (state: State) => boolean,
): Promise<State> {
  return new Promise((resolve) => {
    const look = () => {
      const state = source.state()
      if (!isWanted(state)) return
      off()
      resolve(state)
    }
    const off = subscribe(look)
    queueMicrotask(look)
  })
}

export function viewUntil(
  view: ConversationView,
  isWanted: (state: ViewState) => boolean,
): Promise<ViewState> {
  return until({ subscribe: view.subscribe, state: () => view.state }, isWanted)
}

export function turnUntil(turn: Turn, isWanted: (state: Turn['state']) => boolean): Promise<Turn['state']> {
  return until({ subscribe: turn.subscribe, state: () => turn.state }, isWanted)
}
