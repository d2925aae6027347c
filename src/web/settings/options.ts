import type { JsonObject } from '../../client/types.ts'

/** An option of the engine that the settings have a field for. */
export interface OptionField {
  name: string
  title: string
  about: string
  min: number
  max: number
  step: number
}

export const optionFields: readonly OptionField[] = [
  { name: 'temperature', title: 'Temperature', about: '0 is exact, 1 is lively', min: 0, max: 2, step: 0.1 },
  {
    name: 'num_ctx',
    title: 'Context',
    about: 'tokens that the model can see at once',
    min: 512,
    max: 1_048_576,
    step: 512,
  },
  { name: 'num_predict', title: 'Longest answer', about: 'tokens', min: 1, max: 1_048_576, step: 1 },
  { name: 'top_p', title: 'Top p', about: '1 is all words', min: 0, max: 1, step: 0.05 },
  {
    name: 'seed',
    title: 'Seed',
    about: 'the same one gives the same answer',
    min: 0,
    max: 4_294_967_295,
    step: 1,
  },
]

/** Options with one of them changed; a text that is no number within its bounds takes it away. */
export function withOption(options: JsonObject, { name, min, max }: OptionField, text: string): JsonObject {
  const { [name]: _, ...others } = options
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) return others
  return { ...others, [name]: value }
}
