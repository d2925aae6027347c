import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { OnQueued } from '../../../stream/queue-position.ts'
import { plainNumbers } from '../../body/plain-numbers.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import { IdempotencyKey } from '../../request-key.ts'
import { beginTurn } from './begin-turn.ts'
import { checkOpen } from './check-open.ts'
import { lastEventNumber, maxEventNumber } from './last-event.ts'
import type { NativePorts } from './ports.ts'
import { readQueryNumbers } from './query-numbers.ts'
import { readTurn } from './read-turn.ts'
import { ConversationPath } from './schemas/conversation-schema.ts'
import { emptyResponse, eventStreamResponse, jsonResponse, problemResponses } from './schemas/responses.ts'
import { querySchema } from './schemas/shared-schema.ts'
import { TurnPath, TurnSchema } from './schemas/turn-schema.ts'
import { conversationKey, nativePrefix } from './scope.ts'
import { streamBeginning } from './stream-beginning.ts'
import { streamEvents } from './stream-events.ts'
import { TurnBody } from './turn-body.ts'
import { turnData } from './turn-data.ts'

const BeginHeaders = Type.Object({ 'Idempotency-Key': IdempotencyKey })
const ResumeHeaders = Type.Object({
  'Last-Event-ID': Type.Optional(
    Type.String({
      description: 'The `id` of the last event that the client has, or its number alone; wins over `after`.',
    }),
  ),
})
const ResumeQuery = querySchema({
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: maxEventNumber,
      description: 'The number of the last event that the client has.',
    }),
  ),
})

/** The routes that respond with a turn's events. */
export function streamRoutes(scope: FastifyInstance, ports: NativePorts): void {
  beginRoute(scope, ports)
  eventsRoute(scope, ports)
}

function beginRoute(scope: FastifyInstance, ports: NativePorts): void {
  const location = { Location: { type: 'string', description: 'The path of the turn.' } }
  const schema = {
    tags: ['turns'],
    operationId: 'beginTurn',
    summary: 'Begins a turn',
    description:
      'With `Accept: text/event-stream` the response is a stream of the events, else the turn as soon as it is stored.',
    params: ConversationPath,
    headers: BeginHeaders,
    body: TurnBody,
    response: {
      200: eventStreamResponse('The events of the turn.'),
      202: jsonResponse('The turn has begun.', TurnSchema, location),
      ...problemResponses(404, 409, 429, 502, 504),
    },
  }
  scope.post<{ Params: Static<typeof ConversationPath>; Body: TurnBody }>(
    '/conversations/:name/turns',
    { schema, preValidation: plainNumbers },
    async ({ params, body, headers }, reply) => {
      checkOpen(ports)
      const disconnected = disconnectSignal(reply)
      const key = joinHeader(headers['idempotency-key'])
      const begin = (onQueued?: OnQueued) =>
        beginTurn(conversationKey(params.name), body, key, disconnected, ports, onQueued)
      if (/\btext\/event-stream\b/i.test(headers.accept ?? ''))
        return streamBeginning(reply, begin, { queueEvents: body.queueEvents ?? false, disconnected }, ports)
      const turn = turnData(await readTurn((await begin()).turn, ports))
      return reply.code(202).header('location', `${nativePrefix}/turns/${turn.id}`).send(turn)
    },
  )
}

function eventsRoute(scope: FastifyInstance, ports: NativePorts): void {
  const schema = {
    tags: ['turns'],
    operationId: 'followTurn',
    summary: "Follows a turn's events",
    description: 'From the first one, or after the last one that the client has; live until the turn ends.',
    params: TurnPath,
    headers: ResumeHeaders,
    querystring: ResumeQuery,
    response: {
      200: eventStreamResponse('The events of the turn.'),
      204: emptyResponse('The turn has ended, and the client has its last event.'),
      ...problemResponses(404),
    },
  }
  scope.get<{ Params: Static<typeof TurnPath>; Querystring: Static<typeof ResumeQuery> }>(
    '/turns/:id/events',
    { schema, preValidation: readQueryNumbers('after'), exposeHeadRoute: false },
    async ({ params, query, headers }, reply) => {
      checkOpen(ports)
      const id = params.id.toLowerCase()
      const after = lastEventNumber(id, joinHeader(headers['last-event-id']), query.after)
      // With a last event the stream is opened at once, so a 404 must be sent before.
      const status = after > 0 ? (await readTurn(id, ports)).status : 'running'
      const hasEnded = status !== 'running' && status !== 'waiting'
      return streamEvents(reply, { turn: id, after, hasEnded }, disconnectSignal(reply), ports)
    },
  )
}

function joinHeader(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
