import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { ChangeBody } from './change-body.ts'
import { ResultsBody } from './results-body.ts'
import { ModelSchema, ResidentToolSchema } from './schemas/catalog-schema.ts'
import { ConversationSchema, DeviceToolSchema, MessageSchema } from './schemas/conversation-schema.ts'
import { EventSchema, eventSchemas } from './schemas/event-schemas.ts'
import { ErrorDetailSchema, ProblemSchema } from './schemas/problem-schema.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'
import { CallSchema, TurnSchema, UsageSchema } from './schemas/turn-schema.ts'
import { TurnBody } from './turn-body.ts'

const document = {
  openapi: '3.1.0',
  info: {
    title: 'chatterd',
    version: '1',
    summary: 'Conversations with a language model, with tools on both sides.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  tags: [
    { name: 'turns', description: 'Prompts, and what comes of them.' },
    { name: 'conversations', description: 'What was said, and what is kept with it.' },
    { name: 'offers', description: 'What the server has.' },
  ],
}

const sharedSchemas = [
  ProblemSchema,
  ErrorDetailSchema,
  CallSchema,
  UsageSchema,
  TurnSchema,
  DeviceToolSchema,
  ConversationSchema,
  MessageSchema,
  ModelSchema,
  ResidentToolSchema,
  TurnBody,
  ResultsBody,
  ChangeBody,
  ...Object.values(eventSchemas),
  EventSchema,
]

/** `GET /openapi.json`: the scope's routes as an OpenAPI 3.1 document, made of the schemas that check them. To be called before they are added. */
export async function describeRoutes(scope: FastifyInstance): Promise<void> {
  for (const schema of sharedSchemas) scope.addSchema(schema)
  await scope.register(swagger, {
    openapi: document,
    // Only what OpenAPI 3.0 lacks would be rewritten.
    convertConstToEnum: false,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `Schema${index}`),
    },
  })
  scope.get(
    '/openapi.json',
    {
      schema: {
        tags: ['offers'],
        operationId: 'getOpenApi',
        summary: 'Tells this document',
        response: { 200: jsonResponse('The document.', Type.Object({})), ...problemResponses() },
      },
    },
    async () => scope.swagger(),
  )
}
