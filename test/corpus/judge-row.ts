import { isDeepStrictEqual } from 'node:util'
import { CallScanner } from '../../src/calls/call-scanner.ts'
import type { JsonObject } from '../../src/protocol/json.ts'
import type { ToolSchema } from '../../src/protocol/tool-schema.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import type { EngineCall } from '../../src/turn/ports/engine.ts'
import { routeCalls } from '../../src/turn/route-calls.ts'
import type { Outcome, Row } from './rows.ts'

/** What is done with a reply: nothing, delivered calls are mended, or calls are also found in its text. */
export type Mode = 'neither' | 'mended' | 'mended and rescued'

/** What came of a row: what was run, and whether that is right. */
export interface Verdict {
  outcome: Outcome
  calls: { name: string; arguments: JsonObject }[]
  isRight: boolean
  /** True where something was run that nobody has called. */
  isWrongRun: boolean
}

const toolbox = createToolbox([])

export function judgeRow(row: Row, mode: Mode): Verdict {
  const asked = callsOf(row, mode)
  const calls = asked.flatMap((call) => runnable(call, row, mode) ?? [])
  const outcome = asked.length === 0 ? 'text' : calls.length === asked.length ? 'run' : 'error'
  const { expected, accept = [] } = row
  const isSame = isDeepStrictEqual(calls, expected.calls)
  const isExpected = outcome === expected.outcome && (outcome !== 'run' || isSame)
  // Where a run counts as right that is not expected, no arguments are known.
  const isAccepted = accept.includes(outcome) && (outcome !== 'run' || expected.outcome !== 'run')
  const isRight = isExpected || isAccepted
  return { outcome, calls, isRight, isWrongRun: calls.length > 0 && !isRight }
}

function callsOf({ raw, tools }: Row, mode: Mode): EngineCall[] {
  if (typeof raw !== 'string') return [raw]
  if (mode !== 'mended and rescued') return []
  const scanner = new CallScanner(tools.map(schemaOf))
  scanner.feed(raw)
  return scanner.end(true).calls
}

function runnable(
  call: EngineCall,
  { tools }: Row,
  mode: Mode,
): { name: string; arguments: JsonObject } | undefined {
  const offered = tools.map(schemaOf)
  if (mode === 'neither' && !offered.some((tool) => tool.function.name === call.name)) return undefined
  const [routed] = routeCalls([call], {
    ...{
      toolbox,
      offered,
      deviceTools: offered,
      approvedTools: [],
      usedIds: new Set<string>(),
      newCallId: () => 'call',
    },
  })
  if (routed?.status !== 'offered' || (mode === 'neither' && routed.repairs)) return undefined
  return { name: routed.name, arguments: routed.arguments }
}

function schemaOf(tool: Row['tools'][number]): ToolSchema {
  return { type: 'function', function: tool }
}
