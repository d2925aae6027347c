import { Type } from 'typebox'
import { type ErrorCode, errorKinds } from '../../../../protocol/errors.ts'
import { sharedEnum, sharedSchema } from './shared-schema.ts'

const ErrorCodeSchema = sharedEnum(
  'ErrorCode',
  'What went wrong. Later versions can have more codes.',
  Object.keys(errorKinds) as ErrorCode[],
)

export const ProblemSchema = sharedSchema('Problem', 'Why a request was refused (RFC 9457).', {
  type: Type.String({ format: 'uri' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: ErrorCodeSchema,
})

export const ErrorDetailSchema = sharedSchema('ErrorDetail', 'Why a turn failed or was interrupted.', {
  code: ErrorCodeSchema,
  detail: Type.String(),
})
