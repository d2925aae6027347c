import { Type } from 'typebox'
import { type ErrorCode, errorKinds } from '../../../../protocol/errors.ts'
import { sharedSchema } from './shared-schema.ts'

const codes = Object.keys(errorKinds) as ErrorCode[]

export const ProblemSchema = sharedSchema('Problem', 'Why a request was refused (RFC 9457).', {
  type: Type.String({ format: 'uri' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.Enum(codes),
})

export const ErrorDetailSchema = sharedSchema('ErrorDetail', 'Why a turn failed or was interrupted.', {
  code: Type.Enum(codes),
  detail: Type.String(),
})
