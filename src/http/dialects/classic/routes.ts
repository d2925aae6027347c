import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { RequestKey } from '../../../turn/ports/conversation-store.ts'
import type { TurnRequest } from '../../../turn/ports/turn-state.ts'
import { JsonTexts } from '../../body/json-texts.ts'
import { plainNumbers } from '../../body/plain-numbers.ts'
import { checkModel } from '../../check-model.ts'
import { withoutResident } from '../../device-tools.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import { IdempotencyKey, replayOrThrow, requestKeyOf } from '../../request-key.ts'
import { boardRoutes } from './board-routes.ts'
import { dataEvent } from './encode-events.ts'
import { generateRoute } from './generate-route.ts'
import { importMessages, importResults } from './import-messages.ts'
import type { ClassicPorts } from './ports.ts'
import { checkBounds, PromptBody, promptSettings, promptTools } from './prompt-body.ts'
import { removeNulls } from './remove-nulls.ts'
import { streamNewTurn, streamReplayedTurn, streamResumedTurn } from './stream-turn.ts'
import { weatherRoutes } from './weather-routes.ts'

/** The classic dialect: the routes that existing phone apps speak, described in docs/dialect.md. */
export function classicRoutes(app: FastifyInstance, ports: ClassicPorts): void {
  const { turns, engine, limits, bodies } = ports
  const schema = { body: PromptBody, headers: Type.Object({ 'Idempotency-Key': IdempotencyKey }) }

  const preValidation = [removeNulls, plainNumbers]

  app.post<{ Body: PromptBody }>('/llmprep', { schema, preValidation }, async ({ body }) => {
    checkBounds(body, limits)
    await turns.reset(
      conversationOf(body),
      importMessages(body.messages, new JsonTexts(bodies.maxBodyValues)),
    )
    return {}
  })

  for (const [route, offerTools] of [
    ['/llmtools', true],
    ['/llmchat', false],
  ] as const) {
    app.post<{ Body: PromptBody }>(route, { schema, preValidation }, async ({ body, headers }, reply) => {
      checkBounds(body, limits)
      const { model, stream = true } = body
      const tools = offerTools ? deviceTools(body, ports) : undefined
      const request: TurnRequest = {
        ...{ model, stream, offerTools, settings: promptSettings(body) },
        // Phones decode all arguments as texts, and ignore a call with another one.
        textArguments: true,
      }
      const key = await requestKeyOf(headers['idempotency-key']?.toString(), [route, body])
      const prompt = {
        ...{ conversation: conversationOf(body), request },
        ...(tools && { tools }),
        ...(key && { key }),
      }
      const texts = new JsonTexts(bodies.maxBodyValues)
      const results = importResults(body.messages, texts)
      const messages = results ? [] : importMessages(body.messages, texts)
      const onlyLoads = !results && messages.length === 0
      if (onlyLoads) checkLoad(tools, key)
      try {
        await checkModel(engine, model)
      } catch (error) {
        const replay = await replayOrThrow(error, prompt.conversation, key, turns)
        return streamReplayedTurn(reply, prompt, replay, ports)
      }
      if (onlyLoads) {
        const line = await turns.loadModel(model, promptSettings(body), disconnectSignal(reply))
        return reply.type('text/event-stream').send(dataEvent(line))
      }
      if (results) return streamResumedTurn(reply, prompt, results, ports)
      return streamNewTurn(reply, prompt, messages, ports)
    })
  }

  generateRoute(app, ports)
  weatherRoutes(app, ports.readWeather)
  boardRoutes(app, ports)
}

/** Throws `invalid-request` for what a request that only loads a model would ignore. */
function checkLoad(tools: readonly ToolSchema[] = [], key: RequestKey | undefined): void {
  const ignored = key ? 'Idempotency-Key' : tools.length > 0 ? 'tools' : undefined
  if (ignored === undefined) return
  const message = `${ignored}: a request without messages only loads the model, and takes none.`
  throw new ChatterdError('invalid-request', message)
}

function deviceTools(body: PromptBody, ports: ClassicPorts): ToolSchema[] | undefined {
  const posted = promptTools(body)
  const tools = posted && withoutResident(posted, body.appID, ports)
  // An empty list clears the conversation's tools, so a list that only becomes empty here must not be passed on.
  return tools?.length === 0 && posted?.length !== 0 ? undefined : tools
}

/** The classic dialect has no accounts: all its conversations belong to the tenant with the empty name. */
function conversationOf({ appID }: PromptBody): ConversationKey {
  return { tenant: '', name: appID }
}
