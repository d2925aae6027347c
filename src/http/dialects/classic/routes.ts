import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { ConversationKey, ConversationStore } from '../../../turn/conversation-store.ts'
import type { Engine } from '../../../turn/engine.ts'
import type { SseLimits } from '../../sse-response.ts'
import { boardRoutes } from './board-routes.ts'
import { generateRoute } from './generate-route.ts'
import { importCalls } from './import-calls.ts'
import { checkBounds, type PostedLimits, PromptBody, resultsOf, settingsOf, toolsOf } from './prompt-body.ts'
import { streamAnsweredTurn, streamNewTurn } from './stream-turn.ts'
import { type ReadWeather, weatherRoutes } from './weather-routes.ts'
import { takeOutNulls } from './without-nulls.ts'

/** What the classic dialect works with. */
export interface ClassicPorts {
  turns: Pick<LiveTurns, 'begin' | 'answer' | 'reset'>
  store: Pick<ConversationStore, 'newestTurn' | 'post' | 'board'>
  engine: Engine
  readWeather: ReadWeather
  /** True for a name that a resident tool has; a device tool of that name is left out. */
  isResident(tool: string): boolean
  /** Told of device tools that were left out. */
  onToolLeftOut(tool: string, conversation: string): void
  newId(): string
  limits: SseLimits & PostedLimits & { boardMessages: number }
}

/** The classic dialect: the routes that existing phone apps speak, described in docs/dialect.md. */
export function classicRoutes(app: FastifyInstance, ports: ClassicPorts): void {
  const { turns, engine, limits } = ports
  const schema = { body: PromptBody }

  app.post<{ Body: PromptBody }>('/llmprep', { schema, preValidation: takeOutNulls }, async ({ body }) => {
    checkBounds(body, limits)
    await turns.reset(conversationOf(body), importCalls(body.messages))
    return {}
  })

  for (const [route, offerTools] of [
    ['/llmtools', true],
    ['/llmchat', false],
  ] as const) {
    app.post<{ Body: PromptBody }>(
      route,
      { schema, preValidation: takeOutNulls },
      async ({ body }, reply) => {
        checkBounds(body, limits)
        const { model, stream = true } = body
        const tools = offerTools ? deviceTools(body, ports) : undefined
        const request = { model, stream, offerTools, settings: settingsOf(body) }
        const prompt = { conversation: conversationOf(body), request, ...(tools && { tools }) }
        const results = resultsOf(body.messages)
        if (results) {
          await checkModel(engine, model)
          return streamAnsweredTurn(reply, prompt, results, ports)
        }
        const messages = importCalls(body.messages)
        if (messages.length === 0)
          throw new ChatterdError('invalid-request', 'messages: at least one is expected.')
        await checkModel(engine, model)
        return streamNewTurn(reply, prompt, messages, ports)
      },
    )
  }

  generateRoute(app, engine)
  weatherRoutes(app, ports.readWeather)
  boardRoutes(app, ports)
}

function deviceTools(body: PromptBody, ports: ClassicPorts): ToolSchema[] | undefined {
  const given = toolsOf(body)
  const own = given?.filter(({ function: { name } }) => {
    const resident = ports.isResident(name)
    if (resident) ports.onToolLeftOut(name, body.appID)
    return !resident
  })
  // An empty list clears the device's tools, but only where the client itself sent an empty one.
  return own?.length === 0 && given?.length !== 0 ? undefined : own
}

/** The classic dialect has no accounts: its conversations all belong to the tenant without a name. */
function conversationOf({ appID }: PromptBody): ConversationKey {
  return { tenant: '', name: appID }
}

/** Throws `unknown-model`, or what the engine throws where it cannot be asked. */
async function checkModel(engine: Engine, model: string): Promise<void> {
  if (await engine.model(model)) return
  const names = (await engine.models()).map(({ name }) => name)
  const known = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has none.'
  throw new ChatterdError('unknown-model', `The engine (${engine.name}) has no model '${model}'. ${known}`)
}
