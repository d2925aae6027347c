import { Type } from 'typebox'
import { AnyObject } from '../../../posted-bounds.ts'
import { sharedEnum, sharedSchema } from './shared-schema.ts'

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
  source: sharedEnum('ToolSource', 'Where a tool comes from.', ['builtin']),
  limits: sharedSchema('ToolLimits', 'What one call of a tool may take.', {
    timeoutMs: Type.Integer(),
    maxOutputBytes: Type.Integer(),
  }),
})
