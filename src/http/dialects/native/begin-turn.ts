import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { OnQueued } from '../../../stream/queue-position.ts'
import type { Replay } from '../../../turn/ports/conversation-store.ts'
import { checkModel } from '../../check-model.ts'
import { withoutResident } from '../../device-tools.ts'
import { checkConversationName } from '../../posted-bounds.ts'
import { deviceToolSchemas } from '../../posted-tools.ts'
import { replayOrThrow, requestKeyOf } from '../../request-key.ts'
import { checkResidentTools } from './check-resident-tools.ts'
import type { NativePorts } from './ports.ts'
import { checkTurnBody, type TurnBody, turnMessages, turnSettings } from './turn-body.ts'

/**
 * Begins the turn that a request asks for, or finds the one that an earlier request with the same key began. The client gets the
 * events after number `after`. Does not begin it where the client has disconnected before.
 */
export async function beginTurn(
  conversation: ConversationKey,
  body: TurnBody,
  idempotencyKey: string | undefined,
  disconnected: AbortSignal,
  ports: NativePorts,
  onQueued?: OnQueued,
): Promise<Replay> {
  const { after, system, tools, residentTools, toolChoice, whenBusy = 'queue' } = body
  checkConversationName(conversation.name, 'name')
  checkTurnBody(body, ports.limits)
  const key = await requestKeyOf(idempotencyKey, body)
  let model: string
  let forgetsModel = false
  try {
    // An earlier request with the key may have been sent when there were other tools.
    checkResidentTools(residentTools ?? [], ports)
    const chosen = await chooseModel(body.model, conversation, ports)
    model = chosen.model
    // A conversation that was begun without a model goes on with a real one, once there is one.
    forgetsModel = chosen.isDefault && ports.engine.name === 'demo'
  } catch (error) {
    return await replayOrThrow(error, conversation, key, ports.turns)
  }
  const deviceTools = tools && withoutResident(deviceToolSchemas(tools), conversation.name, ports)
  return ports.turns.begin(
    {
      conversation,
      request: {
        ...{ model, stream: true, offerTools: toolChoice !== 'none', canAsk: true as const },
        ...(residentTools && { residentTools }),
        ...(toolChoice && toolChoice !== 'auto' && toolChoice !== 'none' && { toolChoice }),
        settings: turnSettings(body),
      },
      messages: turnMessages(body),
      ...(after !== undefined && { after }),
      ...(deviceTools && { tools: deviceTools, replaceTools: true }),
      ...(system !== undefined && { system }),
      whenBusy,
      ...(forgetsModel && { forgetsModel }),
      ...(key && { key }),
    },
    disconnected,
    undefined,
    onQueued,
  )
}

/**
 * The requested model, else the conversation's, else the engine's first that can chat, as the default. Throws `unknown-model` where the engine does
 * not have it, and what the engine throws where it does not respond.
 */
async function chooseModel(
  requested: string | undefined,
  conversation: ConversationKey,
  { directory, engine }: NativePorts,
): Promise<{ model: string; isDefault: boolean }> {
  const model = requested ?? (await directory.conversation(conversation))?.model
  if (model) {
    await checkModel(engine, model)
    return { model, isDefault: false }
  }
  const models = await engine.models()
  const first = models.find(({ capabilities }) => capabilities?.includes('completion') ?? true)
  if (first) return { model: first.name, isDefault: true }
  throw new ChatterdError('unknown-model', `The engine (${engine.name}) has no model that can chat.`)
}
