import { Type } from 'typebox'
import { AnyObject } from '../../../posted-bounds.ts'
import { sharedSchema } from './shared-schema.ts'

/** What an engine offers. */
export const ModelSchema = sharedSchema(
  'Model',
  'A model that the engine has; what is absent it did not say.',
  {
    name: Type.String(),
    capabilities: Type.Optional(Type.Array(Type.String())),
    contextLength: Type.Optional(Type.Integer({ description: 'Tokens that the model was made for.' })),
  },
)

/** A tool of the server. */
export const ResidentToolSchema = sharedSchema('Tool', 'A tool that runs in the server.', {
  name: Type.String(),
  description: Type.Optional(Type.String()),
  parameters: AnyObject,
  source: Type.Enum(['builtin']),
  limits: Type.Object({ timeoutMs: Type.Integer(), maxOutputBytes: Type.Integer() }),
})
