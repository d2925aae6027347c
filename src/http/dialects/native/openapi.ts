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
    { name: 'turns', description: 'Begin turns, follow their events, send results, cancel.' },
    { name: 'conversations', description: 'Conversations with their settings and messages.' },
    { name: 'catalog', description: 'Models, resident tools, and this document.' },
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

/** `GET /openapi.json`: the routes that are added to the scope from now on, as OpenAPI 3.1. The same schemas validate them. */
export async function describeRoutes(scope: FastifyInstance): Promise<void> {
  for (const schema of sharedSchemas) scope.addSchema(schema)
  await scope.register(swagger, {
    openapi: document,
    // OpenAPI 3.1 has `const`; only 3.0 needs an `enum` instead.
    convertConstToEnum: false,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `Schema${index}`),
    },
  })
  scope.get(
    '/openapi.json',
    {
      schema: {
        tags: ['catalog'],
        operationId: 'getOpenApi',
        summary: 'This document',
        response: { 200: jsonResponse('The document.', Type.Object({})), ...problemResponses() },
      },
    },
    async () => scope.swagger(),
  )
}
