import { ChatterdError } from '../protocol/errors.ts'
import type { Engine } from '../turn/engine.ts'

/** Throws `unknown-model`, or what the engine throws where it cannot be asked. */
export async function checkModel(
  engine: Pick<Engine, 'name' | 'model' | 'models'>,
  model: string,
): Promise<void> {
  if (await engine.model(model)) return
  const names = (await engine.models()).map(({ name }) => name)
  const known = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has none.'
  throw new ChatterdError('unknown-model', `The engine (${engine.name}) has no model '${model}'. ${known}`)
}
