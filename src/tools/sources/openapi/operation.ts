import type { Json } from '../../../protocol/json.ts'
import type { HttpMethod } from '../../../protocol/tool-settings/http-tool.ts'

/** Where a parameter goes. */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie'

/** A parameter of an operation, and the argument that it is taken from. */
export interface Parameter {
  argument: string
  name: string
  place: ParameterPlace
  /** How lists and objects are written; `json`: as JSON. */
  style: 'simple' | 'form' | 'spaceDelimited' | 'pipeDelimited' | 'deepObject' | 'json'
  explode: boolean
  isRequired: boolean
  schema: Json
  description?: string
}

/** The body of an operation, and the arguments that it is taken from. */
export interface OperationBody {
  /** The media type that is sent. */
  type: string
  isForm: boolean
  isRequired: boolean
  schema: Json
  description?: string
  /** The argument that is the whole body. Absent: each member of the schema is an argument of its own. */
  argument?: string
}

/** An operation of an OpenAPI document that can be a tool. */
export interface Operation {
  /** As people see it, such as `getPet` or `GET /pets`. */
  title: string
  /** The name of its tool, without a prefix. */
  name: string
  method: HttpMethod
  /** Such as `/pets/{id}`. */
  path: string
  description: string
  parameters: readonly Parameter[]
  body?: OperationBody
}
