import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import { checkModel } from '../../check-model.ts'
import type { NativePorts } from './ports.ts'

/**
 * The model that a turn prompts: the one that is asked for, else the conversation's, else the first that can chat. Throws
 * `unknown-model` where the engine does not have it, and what the engine throws where it cannot be asked.
 */
export async function chooseModel(
  asked: string | undefined,
  conversation: ConversationKey,
  { directory, engine }: Pick<NativePorts, 'directory' | 'engine'>,
): Promise<string> {
  const model = asked ?? (await directory.conversation(conversation))?.model
  if (model) {
    await checkModel(engine, model)
    return model
  }
  const able = (await engine.models()).find(
    ({ capabilities }) => capabilities?.includes('completion') ?? true,
  )
  if (able) return able.name
  throw new ChatterdError('unknown-model', `The engine (${engine.name}) has no model that can chat.`)
}
