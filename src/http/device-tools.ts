import type { ToolSchema } from '../protocol/tool-schema.ts'

/** What tells device tools from resident ones. */
export interface DeviceToolPorts {
  /** True for a name that a resident tool has; a device tool of that name is left out. */
  isResident(tool: string): boolean
  /** Told of device tools that were left out. */
  onToolLeftOut(tool: string, conversation: string): void
}

/** The given tools without those that a resident tool has the name of. */
export function withoutResident(
  tools: readonly ToolSchema[],
  conversation: string,
  { isResident, onToolLeftOut }: DeviceToolPorts,
): ToolSchema[] {
  return tools.filter(({ function: { name } }) => {
    const resident = isResident(name)
    if (resident) onToolLeftOut(name, conversation)
    return !resident
  })
}
