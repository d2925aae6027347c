import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { EngineData } from '../../../protocol/native/catalog.ts'
import type { EngineModel } from '../../../turn/ports/engine.ts'
import type { NativePorts, ResidentTool } from './ports.ts'
import { EngineSchema, ModelSchema, ResidentToolSchema, ToolSourceSchema } from './schemas/catalog-schema.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'
import { sharedSchema } from './schemas/shared-schema.ts'

const Models = sharedSchema('ModelList', 'The models of the engine.', { models: Type.Array(ModelSchema) })
const Tools = sharedSchema('ToolList', 'The resident tools, and their sources.', {
  tools: Type.Array(ResidentToolSchema),
  sources: Type.Array(ToolSourceSchema),
})

/** The routes that list what the server has. */
export function catalogRoutes(scope: FastifyInstance, ports: NativePorts): void {
  const { engine } = ports
  scope.get(
    '/engine',
    {
      schema: {
        tags: ['catalog'],
        operationId: 'getEngine',
        summary: 'Says what the engine does now',
        response: { 200: jsonResponse('The engine.', EngineSchema), ...problemResponses() },
      },
    },
    async (_request, reply): Promise<EngineData> => {
      reply.header('cache-control', 'no-store')
      return await engine.state()
    },
  )

  scope.get(
    '/models',
    {
      schema: {
        tags: ['catalog'],
        operationId: 'listModels',
        summary: 'Lists the models of the engine',
        response: { 200: jsonResponse('The models.', Models), ...problemResponses(502, 504) },
      },
    },
    async () => {
      const models = await engine.models()
      return { models: await Promise.all(models.map((model) => modelData(model, engine))) }
    },
  )

  scope.get(
    '/tools',
    {
      schema: {
        tags: ['catalog'],
        operationId: 'listTools',
        summary: 'Lists the resident tools, which run in the server, and their sources',
        response: { 200: jsonResponse('The tools.', Tools), ...problemResponses() },
      },
    },
    async () => ({ tools: ports.residentTools().map(toolData), sources: ports.toolSources() }),
  )
}

async function modelData({ name, capabilities, contextLength }: EngineModel, engine: NativePorts['engine']) {
  const loadedContext = await engine.loadedContext(name)
  return {
    name,
    ...(capabilities && { capabilities }),
    ...(contextLength !== undefined && { contextLength }),
    ...(loadedContext !== undefined && { loadedContext }),
  }
}

function toolData({ schema, source, approval, limits, counts }: ResidentTool) {
  const { name, description, parameters = {} } = schema.function
  return {
    name,
    ...(description !== undefined && { description }),
    parameters,
    ...{ source, approval, limits },
    ...counts,
  }
}
