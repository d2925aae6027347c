import type { TurnEvent } from '../../../src/protocol/events.ts'

/** A piece of a reply; some are empty. */
export const delta = (text: string, type: 'text-delta' | 'thinking-delta' = 'text-delta'): TurnEvent => ({
  ...{ type, text },
})
