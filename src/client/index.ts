export { ChatterdError } from './chatterd-error.ts'
export { createClient } from './create-client.ts'
export { defineDeviceTool } from './define-device-tool.ts'
export type * from './types.ts'
