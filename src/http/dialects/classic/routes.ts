import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { ConversationDirectory } from '../../../turn/conversation-directory.ts'
import type { ConversationStore } from '../../../turn/conversation-store.ts'
import type { Engine } from '../../../turn/engine.ts'
import { checkModel } from '../../check-model.ts'
import { type DeviceToolPorts, withoutResident } from '../../device-tools.ts'
import type { PostedLimits } from '../../posted-bounds.ts'
import { IdempotencyKey, replayOrThrow, requestKeyOf } from '../../request-key.ts'
import { boardRoutes } from './board-routes.ts'
import type { AnswerLimits } from './classic-response.ts'
import { generateRoute } from './generate-route.ts'
import { importMessages } from './import-messages.ts'
import { checkBounds, PromptBody, promptSettings, promptTools, resultsOf } from './prompt-body.ts'
import { removeNulls } from './remove-nulls.ts'
import { streamAnsweredTurn, streamKnownTurn, streamNewTurn } from './stream-turn.ts'
import { type ReadWeather, weatherRoutes } from './weather-routes.ts'

/** What the classic dialect works with. */
export interface ClassicPorts extends DeviceToolPorts {
  turns: Pick<LiveTurns, 'begin' | 'findReplay' | 'storeResults' | 'whenNotRunning' | 'follow' | 'reset'>
  directory: Pick<ConversationDirectory, 'outcome'>
  store: Pick<ConversationStore, 'newestTurn' | 'post' | 'board'>
  engine: Engine
  readWeather: ReadWeather
  newId(): string
  limits: AnswerLimits & PostedLimits & { boardMessages: number }
}

/** The classic dialect: the routes that existing phone apps speak, described in docs/dialect.md. */
export function classicRoutes(app: FastifyInstance, ports: ClassicPorts): void {
  const { turns, engine, limits } = ports
  const schema = { body: PromptBody, headers: Type.Object({ 'Idempotency-Key': IdempotencyKey }) }

  app.post<{ Body: PromptBody }>('/llmprep', { schema, preValidation: removeNulls }, async ({ body }) => {
    checkBounds(body, limits)
    await turns.reset(conversationOf(body), importMessages(body.messages))
    return {}
  })

  for (const [route, offerTools] of [
    ['/llmtools', true],
    ['/llmchat', false],
  ] as const) {
    app.post<{ Body: PromptBody }>(
      route,
      { schema, preValidation: removeNulls },
      async ({ body, headers }, reply) => {
        checkBounds(body, limits)
        const { model, stream = true } = body
        const tools = offerTools ? deviceTools(body, ports) : undefined
        const request = { model, stream, offerTools, settings: promptSettings(body) }
        const key = requestKeyOf(headers['idempotency-key']?.toString(), [route, body])
        const prompt = {
          ...{ conversation: conversationOf(body), request },
          ...(tools && { tools }),
          ...(key && { key }),
        }
        const results = resultsOf(body.messages)
        const messages = results ? [] : importMessages(body.messages)
        if (!results && messages.length === 0)
          throw new ChatterdError('invalid-request', 'messages: at least one is expected.')
        try {
          await checkModel(engine, model)
        } catch (error) {
          const known = await replayOrThrow(error, prompt.conversation, key, turns)
          return streamKnownTurn(reply, prompt, known, ports)
        }
        if (results) return streamAnsweredTurn(reply, prompt, results, ports)
        return streamNewTurn(reply, prompt, messages, ports)
      },
    )
  }

  generateRoute(app, engine)
  weatherRoutes(app, ports.readWeather)
  boardRoutes(app, ports)
}

function deviceTools(body: PromptBody, ports: ClassicPorts): ToolSchema[] | undefined {
  const given = promptTools(body)
  const own = given && withoutResident(given, body.appID, ports)
  // An empty list clears the device's tools, but only where the client itself sent an empty one.
  return own?.length === 0 && given?.length !== 0 ? undefined : own
}

/** The classic dialect has no accounts: its conversations all belong to the tenant without a name. */
function conversationOf({ appID }: PromptBody): ConversationKey {
  return { tenant: '', name: appID }
}
