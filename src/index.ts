export type { JsonSchema } from './protocol/json-schema-type.ts'
export {
  type ArgumentsOf,
  defineTool,
  type ToolDefinition,
  type ToolParameters,
} from './tools/define-tool.ts'
export type { StandardSchema } from './tools/standard-schema.ts'
export type { ToolContext } from './turn/ports/toolbox.ts'
