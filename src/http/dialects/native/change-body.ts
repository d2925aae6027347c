import { type Static, type TSchema, Type } from 'typebox'
import type { ConversationChange } from '../../../turn/ports/conversation-directory.ts'
import { checkModel } from '../../check-model.ts'
import { withoutResident } from '../../device-tools.ts'
import { checkNames, checkTools, ModelName } from '../../posted-bounds.ts'
import { deviceToolSchemas, PostedTools } from '../../posted-tools.ts'
import type { NativePorts } from './ports.ts'
import { BranchNumber } from './schemas/conversation-schema.ts'
import { bodySchema } from './schemas/shared-schema.ts'

const orNone = <Schema extends TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]))

/** The body of a request that changes a conversation. */
export const ChangeBody = bodySchema(
  'ChangeBody',
  'Changes to a conversation. An absent member stays as it is, null removes it.',
  {
    title: orNone(Type.String({ maxLength: 512 })),
    system: orNone(Type.String()),
    model: orNone(ModelName),
    tools: orNone(PostedTools),
    branch: Type.Optional({ ...BranchNumber, description: 'The branch that becomes the current one.' }),
  },
)

/** A validated body. */
export type ChangeBody = Static<typeof ChangeBody>

/** The change that a body asks for. Throws `invalid-request` for too many tools, `unknown-model`, and what the engine throws. */
export async function changeOf(
  name: string,
  body: ChangeBody,
  ports: NativePorts,
): Promise<ConversationChange> {
  const { title, system, model, tools, branch } = body
  checkNames([model], 'model')
  checkTools(tools, ports.limits)
  if (model) await checkModel(ports.engine, model)
  return {
    ...(title !== undefined && { title }),
    ...(system !== undefined && { system }),
    ...(model !== undefined && { model }),
    ...(tools !== undefined && { tools: withoutResident(deviceToolSchemas(tools ?? []), name, ports) }),
    ...(branch !== undefined && { branch }),
  }
}
