import type { DeviceTool } from '../../../client/types.ts'
import { interact } from '../interactions.ts'

/** Puts a text on the clipboard, when the person clicks. */
export const copyText: DeviceTool = {
  name: 'copy_text',
  description: "Put a text on the user's clipboard. The user sees it first, and confirms",
  parameters: {
    type: 'object',
    properties: { text: { type: 'string', description: 'what to copy' } },
    required: ['text'],
  },
  repeatable: true,
  run: ({ text }, { signal, callId }) => interact(callId, signal, { kind: 'copy', text: String(text ?? '') }),
}
