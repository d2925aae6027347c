import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import { ApprovalsBody, approvalsOf } from './approvals-body.ts'
import type { NativePorts } from './ports.ts'
import { turnNotFound } from './problem.ts'
import { readTurn } from './read-turn.ts'
import { callResultsOf, ResultsBody } from './results-body.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'
import { TurnPath, TurnSchema } from './schemas/turn-schema.ts'
import { storeApprovals } from './store-approvals.ts'
import { storeCallResults } from './store-results.ts'
import { turnData } from './turn-data.ts'

type Path = Static<typeof TurnPath>

/** The routes of a turn, without its events. */
export function turnRoutes(scope: FastifyInstance, ports: NativePorts): void {
  const ok = jsonResponse('The turn.', TurnSchema)
  const shared = { tags: ['turns'], params: TurnPath }

  scope.get<{ Params: Path }>(
    '/turns/:id',
    {
      schema: {
        ...shared,
        operationId: 'getTurn',
        summary: 'Reads a turn',
        response: { 200: ok, ...problemResponses(404) },
      },
    },
    async ({ params }) => turnData(await readTurn(idOf(params), ports)),
  )

  scope.post<{ Params: Path; Body: Static<typeof ResultsBody> }>(
    '/turns/:id/results',
    {
      schema: {
        ...shared,
        operationId: 'postResults',
        summary: 'Stores results of device calls',
        description:
          'In any order, all at once or one by one. Idempotent: results that are stored already change nothing.',
        body: ResultsBody,
        response: { 200: ok, ...problemResponses(404, 409, 410, 429) },
      },
    },
    async ({ params, body }) =>
      turnData(await storeCallResults(idOf(params), callResultsOf(body, ports.limits), ports)),
  )

  scope.post<{ Params: Path; Body: Static<typeof ApprovalsBody> }>(
    '/turns/:id/approvals',
    {
      schema: {
        ...shared,
        operationId: 'postApprovals',
        summary: 'Approves or denies calls that wait for a person',
        description:
          'All or none of a request are stored. Idempotent: what is decided already changes nothing.',
        body: ApprovalsBody,
        response: { 200: ok, ...problemResponses(404, 409, 410, 429) },
      },
    },
    async ({ params, body }) =>
      turnData(await storeApprovals(idOf(params), approvalsOf(body, ports.limits), ports)),
  )

  scope.post<{ Params: Path }>(
    '/turns/:id/cancel',
    {
      schema: {
        ...shared,
        operationId: 'cancelTurn',
        summary: 'Cancels a turn',
        description: 'A turn that has ended stays as it is.',
        response: { 200: ok, ...problemResponses(404) },
      },
    },
    async ({ params }) => {
      const id = idOf(params)
      if (!(await ports.turns.cancel(id))) throw turnNotFound()
      return turnData(await readTurn(id, ports))
    },
  )
}

function idOf({ id }: Path): string {
  return id.toLowerCase()
}
