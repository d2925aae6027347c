import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import type { Replay } from '../../../turn/conversation-store.ts'
import { withoutResident } from '../../device-tools.ts'
import { replayOrThrow, requestKeyOf } from '../../request-key.ts'
import { chooseModel } from './choose-model.ts'
import { deviceToolSchemas } from './device-tools-body.ts'
import type { NativePorts } from './ports.ts'
import { checkTurnBody, type TurnBody, turnMessages, turnSettings } from './turn-body.ts'

/** Begins the turn that a request asks for, or finds the one that it began before; `after`: what its client is told from. */
export async function beginTurn(
  conversation: ConversationKey,
  body: TurnBody,
  idempotencyKey: string | undefined,
  left: AbortSignal,
  ports: NativePorts,
): Promise<Replay> {
  const { system, tools, toolChoice, whenBusy = 'queue' } = body
  checkTurnBody(body, ports.limits)
  const key = requestKeyOf(idempotencyKey, body)
  let model: string
  try {
    model = await chooseModel(body.model, conversation, ports)
  } catch (error) {
    return await replayOrThrow(error, conversation, key, ports.turns)
  }
  const device = tools && withoutResident(deviceToolSchemas(tools), conversation.name, ports)
  return ports.turns.begin(
    {
      conversation,
      request: { model, stream: true, offerTools: toolChoice !== 'none', settings: turnSettings(body) },
      messages: turnMessages(body),
      ...(device && { tools: device, replaceTools: true }),
      ...(system !== undefined && { system }),
      whenBusy,
      ...(key && { key }),
    },
    left,
  )
}
