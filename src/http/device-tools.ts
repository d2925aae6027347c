import type { ToolSchema } from '../protocol/tool-schema.ts'

/** What device tools are checked with. */
export interface DeviceToolPorts {
  /** True for the name of a resident tool. A device tool of the same name is left out. */
  isResident(tool: string): boolean
  /** Called for every device tool that is left out. */
  onToolLeftOut(tool: string, conversation: string): void
}

/** The given tools without those that have the name of a resident tool. */
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
