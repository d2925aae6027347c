import { signal } from '@preact/signals'
import type { Json } from '../../client/types.ts'

/** What a tool of this browser asks the person for, in the line of its call. */
export type InteractionRequest =
  /** The browser asks for the position; `choose` leaves that for a place of the person's choice. */
  | { kind: 'locating'; choose(): void }
  /** `reason`: why the browser does not give the position. */
  | { kind: 'place'; reason: string }
  /** `schema`: the JSON Schema of the answer, unchecked; undefined for a text. */
  | { kind: 'question'; question: string; schema: Json | undefined }
  | { kind: 'picture'; question: string }
  | { kind: 'copy'; text: string }

export interface Interaction<Request extends InteractionRequest = InteractionRequest> {
  request: Request
  answer(output: Json): void
  /** The model is told the reason. */
  refuse(reason: string): void
}

/** The open interactions, by the id of their call: tools run outside of components, which draw what is here. */
export const interactions = signal<ReadonlyMap<string, Interaction>>(new Map())

/**
 * Shows an interaction until the person answers it or refuses to, or the signal aborts it.
 *
 * @throws Error with the reason of a refusal, for the model; the signal's reason.
 */
export function interact(callId: string, closed: AbortSignal, request: InteractionRequest): Promise<Json> {
  const { promise, resolve, reject } = Promise.withResolvers<Json>()
  const interaction: Interaction = {
    request,
    answer: resolve,
    refuse: (reason) => reject(new Error(reason)),
  }
  const abort = () => reject(closed.reason)
  if (closed.aborted) return Promise.reject(closed.reason)
  closed.addEventListener('abort', abort, { once: true })
  change((open) => open.set(callId, interaction))
  return promise.finally(() => {
    closed.removeEventListener('abort', abort)
    change((open) => {
      if (open.get(callId) === interaction) open.delete(callId)
    })
  })
}

function change(edit: (open: Map<string, Interaction>) => void): void {
  const open = new Map(interactions.value)
  edit(open)
  interactions.value = open
}
