import { ChatterdError } from '../protocol/errors.ts'
import type { Engine } from '../turn/ports/engine.ts'

/** Throws `unknown-model` where the engine does not have the model, and what the engine throws where it does not respond. */
export async function checkModel(
  engine: Pick<Engine, 'name' | 'model' | 'models'>,
  model: string,
): Promise<void> {
  if (await engine.model(model)) return
  const names = (await engine.models()).map(({ name }) => name)
  const known = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has none.'
  throw new ChatterdError('unknown-model', `The engine (${engine.name}) has no model '${model}'. ${known}`)
}
