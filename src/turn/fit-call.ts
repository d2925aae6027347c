import { fitRepairs } from '../calls/fit-repairs.ts'
import { mendCall, type WrittenCall } from '../calls/mend-call.ts'
import type { Repair } from '../protocol/repair.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Fit, Toolbox } from './ports/toolbox.ts'

/** A call of an offered tool, mended where its meaning is plain, with what was mended. */
export interface FittedCall {
  tool: ToolSchema
  fit: Fit
  repairs: Repair[]
  /** True where its form was mended, and not only the types of its arguments. */
  isMended: boolean
}

const text = { type: 'string' }

/** Checks the arguments of a tool. */
export function fitArguments(
  tool: ToolSchema,
  args: unknown,
  toolbox: Pick<Toolbox, 'fit'>,
): Pick<FittedCall, 'fit' | 'repairs'> {
  const call = { name: tool.function.name, arguments: args }
  return fitCall(call, [tool], toolbox) ?? { fit: toolbox.fit(tool, args), repairs: [] }
}

/**
 * Finds the tool that a call means, and checks its arguments. Undefined where no one tool is meant. `textTools`: those whose undeclared
 * arguments are texts.
 */
export function fitCall(
  call: WrittenCall,
  offered: readonly ToolSchema[],
  toolbox: Pick<Toolbox, 'fit'>,
  textTools: readonly ToolSchema[] = [],
): FittedCall | undefined {
  const mended = mendCall(call, offered)
  if (!mended) return undefined
  const { tool, repairs } = mended
  const fit = toolbox.fit(tool, mended.arguments, textTools.includes(tool) ? text : undefined)
  const fitted = fit.ok ? fitRepairs(fit.written, fit.arguments) : []
  return { tool, fit, repairs: [...repairs, ...fitted], isMended: repairs.length > 0 }
}
