import type { DeviceTool } from '../../../client/types.ts'
import { interact } from '../interactions.ts'

/** A picture of the person's choice. Results of a device are text: the model gets what can be said of it, and not the picture. */
export const pickImage: DeviceTool = {
  name: 'pick_image',
  description:
    'Let the user pick a picture, and get its name, type, size in pixels, and main colours. You do not see the picture itself: for that, ask the user to attach it to a message',
  parameters: {
    type: 'object',
    properties: { question: { type: 'string', description: 'what picture is asked for' } },
  },
  repeatable: true,
  run: ({ question }, { signal, callId }) =>
    interact(callId, signal, {
      kind: 'picture',
      question:
        typeof question === 'string' && question !== '' ? question.slice(0, 1000) : 'Please pick a picture.',
    }),
}
