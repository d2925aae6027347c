import type { DeviceTool } from '../../../client/types.ts'
import { interact } from '../interactions.ts'

const longestQuestion = 4000

/** A question to the person, with a form where the answer has parts. */
export const askUser: DeviceTool = {
  name: 'ask_user',
  description:
    'Ask the user a question and wait for the answer: a text, or, with "form", an object whose members the user fills in',
  parameters: {
    type: 'object',
    properties: {
      question: { type: 'string', description: 'what to ask' },
      form: {
        type: 'object',
        description:
          'JSON Schema of the answer, an object with properties: strings, numbers, integers, booleans, enums, dates, arrays of enums',
      },
    },
    required: ['question'],
  },
  repeatable: true,
  run: ({ question, form }, { signal, callId }) =>
    interact(callId, signal, {
      kind: 'question',
      question: String(question ?? '').slice(0, longestQuestion),
      schema: form,
    }),
}
