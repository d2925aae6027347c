import { Type } from 'typebox'
import { AnyObject } from '../../../posted-bounds.ts'
import { sharedEnum, sharedSchema } from './shared-schema.ts'

export const EngineSchema = sharedSchema('Engine', 'What runs the model, and what it does now.', {
  name: Type.String({ description: 'ollama, or demo.' }),
  version: Type.Optional(Type.String()),
  state: sharedEnum(
    'EngineState',
    'loading: it loads the model of a prompt of this process, to which it has not replied yet.',
    ['ready', 'loading', 'unreachable'],
  ),
  since: Type.String({ format: 'date-time', description: 'Since when, as far as this process has seen.' }),
  model: Type.Optional(Type.String({ description: 'The model that is being loaded.' })),
  detail: Type.Optional(
    Type.String({ description: 'For people: why it is unreachable, or what the demo engine is.' }),
  ),
})

export const ModelSchema = sharedSchema(
  'Model',
  'A model of the engine. Members are absent where the engine does not report them.',
  {
    name: Type.String(),
    capabilities: Type.Optional(Type.Array(Type.String())),
    contextLength: Type.Optional(
      Type.Integer({ description: 'The largest context of the model, in tokens.' }),
    ),
    loadedContext: Type.Optional(
      Type.Integer({
        description: 'The context with which the engine has loaded it, in tokens; absent: it is not loaded.',
      }),
    ),
  },
)

export const ResidentToolSchema = sharedSchema('Tool', 'A tool that runs in the server.', {
  name: Type.String(),
  description: Type.Optional(Type.String()),
  parameters: AnyObject,
  source: Type.String({
    description: 'The name of its source: builtin, file:get-time.ts, command, http, or openapi:petstore.',
  }),
  approval: Type.Boolean({ description: 'Whether a person has to approve its calls.' }),
  limits: sharedSchema('ToolLimits', 'What the calls of a tool may take.', {
    timeoutMs: Type.Integer(),
    maxOutputBytes: Type.Integer(),
    callsAtOnce: Type.Optional(
      Type.Integer({
        description:
          'How many run at once in a process; others wait. Absent: as many as of all tools together.',
      }),
    ),
    callsPerMinute: Type.Optional(
      Type.Integer({ description: 'How many begin within a minute in a process. Absent: any number.' }),
    ),
  }),
  calls: Type.Integer({
    description:
      'How many calls this process has run since its start, or refused because of their arguments or a limit.',
  }),
  failures: Type.Integer({ description: 'How many of them did not succeed.' }),
  repairs: Type.Integer({ description: 'How much was mended in those that were run.' }),
})

export const ToolSourceSchema = sharedSchema('ToolSource', 'Where tools come from.', {
  name: Type.String({
    description:
      'builtin: part of chatterd; file:…: a file of the folder of tools; command: the programs of the settings file.',
  }),
  state: sharedEnum(
    'ToolSourceState',
    'Whether its tools are there: starting, when they are not there yet; down, when something is wrong. Then it is tried again.',
    ['starting', 'ready', 'down'],
  ),
  reason: Type.Optional(Type.String({ description: 'Why it is down.' })),
  tools: Type.Integer({ description: 'How many of its tools are offered.' }),
})
