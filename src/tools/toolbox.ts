import type { CallLimits, PatternLimits } from '../protocol/call-limits.ts'
import { matchPattern } from '../protocol/match-pattern.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Tool, Toolbox, ToolOutcome } from '../turn/ports/toolbox.ts'
import { callHash } from './call-hash.ts'
import { CallSlots } from './call-slots.ts'
import { InvalidTool } from './check-schema.ts'
import { checkLimit, checkTool } from './check-tool.ts'
import { errorMessage } from './error-message.ts'
import { createFit, type FitLimits } from './fit.ts'
import { fitImages, truncateText } from './result-text.ts'
import { runLimited } from './run-limited.ts'
import { mergeTools, type SourcedTool } from './sources/merge-tools.ts'
import type { ToolSource } from './sources/tool-source.ts'
import type { ToolCounts, ToolMeter } from './tool-meter.ts'
import { ToolMeters } from './tool-meters.ts'
import { runFor } from './tool-scope.ts'

/** The limits of all tools. */
export interface ToolboxOptions {
  /** How long a tool without its own `timeoutMs` may run, in milliseconds. Default 15,000. */
  timeoutMs?: number
  /** Longest output of a tool, in bytes of UTF-8; a longer one is truncated. Default 65,536. */
  maxOutputBytes?: number
  /** Most bytes of the images of one result, in base64; those beyond it are left out. Default 4 MiB. */
  maxImageBytes?: number
  /** Calls of all tools that run at once; others wait, in order of arrival. Default: no limit. */
  callsAtOnce?: number
  /** Calls of a tool without its own `callsPerMinute` that begin within a minute. Default: no limit. */
  callsPerMinute?: number
  /** The limits of argument checking. */
  fit?: Partial<FitLimits>
  /** Milliseconds, from any start. */
  now?(): number
}

/** A resident tool: its schema, its source, its limits, and how often it was called. */
export interface ToolDescription {
  schema: ToolSchema
  source: string
  limits: ToolLimits
  counts: ToolCounts
  /** True where a person has to approve its calls. */
  approval: boolean
}

export interface ToolLimits extends CallLimits {
  /** How long it may run, in milliseconds. */
  timeoutMs: number
  /** How much it may return, in bytes. */
  maxOutputBytes: number
}

/** How the tools have changed: names, and a sentence for each tool that cannot be offered. */
export interface ToolChange {
  added: string[]
  removed: string[]
  /** Those whose schema has changed. */
  changed: string[]
  problems: string[]
  /** The patterns of `off` that are the name of no tool. */
  unusedOff: string[]
  /** The same of `ask` and of `limits`. */
  unusedAsk: string[]
  unusedLimits: string[]
}

/** The toolbox, whose tools can change while the process runs. */
export interface ResidentToolbox extends Toolbox {
  /**
   * Replaces all tools but the built-in ones by those of these sources, in order of precedence, and offers none whose name fits a pattern of
   * `off`. Calls of tools whose names fit a pattern of `ask`, of either side, have to be approved. `limits` replace those of the tools
   * themselves; of two patterns that fit, the first one counts. Calls that run go on with the tool that they have begun with.
   */
  setSources(
    sources: readonly Pick<ToolSource, 'name' | 'tools'>[],
    patterns?: { off?: readonly string[]; ask?: readonly string[]; limits?: readonly PatternLimits[] },
  ): ToolChange
  /** Sorted by name. */
  describe(): ToolDescription[]
}

/** Each limit as the first one has it that does. */
function firstOf(limits: readonly CallLimits[]): CallLimits {
  return {
    callsAtOnce: limits.find(({ callsAtOnce }) => callsAtOnce !== undefined)?.callsAtOnce,
    callsPerMinute: limits.find(({ callsPerMinute }) => callsPerMinute !== undefined)?.callsPerMinute,
  }
}

interface MeteredTool extends SourcedTool {
  meter: ToolMeter
}

/** The name of the source of the tools in chatterd's own sources. */
export const builtin = 'builtin'

/**
 * Creates the toolbox, with these built-in tools.
 *
 * @throws InvalidTool where one of them has a name that engines refuse or a schema that is none, two have the same name, or a limit is
 * out of range.
 */
export function createToolbox(tools: readonly Tool[], options: ToolboxOptions = {}): ResidentToolbox {
  const { timeoutMs = 15_000, maxOutputBytes = 64 * 1024, maxImageBytes = 4 * 2 ** 20 } = options
  const { callsAtOnce = Number.POSITIVE_INFINITY, now = () => performance.now() } = options
  checkLimit('maxOutputBytes', maxOutputBytes, 2 ** 30)
  checkBuiltin(tools, timeoutMs)
  const fit = createFit(options.fit)
  let current: ReadonlyMap<string, MeteredTool> = new Map()
  let schemas: ToolSchema[] = []
  let asked: readonly string[] = []
  const slots = new CallSlots(callsAtOnce)
  const meters = new ToolMeters()

  function setSources(
    ...[sources, { off = [], ask = [], limits = [] } = {}]: Parameters<ResidentToolbox['setSources']>
  ): ToolChange {
    const merged = mergeTools([{ name: builtin, tools }, ...sources], { off, timeoutMs })
    const change = changeOf(current, merged.tools)
    current = new Map([...merged.tools].map(([name, tool]) => [name, metered(tool, limits)]))
    meters.keep(current, now())
    // The same array while the schemas are the same.
    if (change.added.length + change.removed.length + change.changed.length > 0)
      schemas = [...current.values()].map(({ schema }) => schema)
    asked = ask
    const isUnused = (pattern: string) => ![...current.keys()].some((name) => matchPattern(pattern, name))
    const unused = {
      unusedOff: merged.unusedOff,
      unusedAsk: ask.filter(isUnused),
      unusedLimits: limits.map(({ pattern }) => pattern).filter(isUnused),
    }
    return { ...change, problems: merged.problems, ...unused }
  }

  /** A tool that replaces one of its name goes on with its counts. */
  const metered = (sourced: SourcedTool, limits: readonly PatternLimits[]): MeteredTool => {
    const meter = meters.of(sourced.name)
    const fitting = limits.filter(({ pattern }) => matchPattern(pattern, sourced.name))
    meter.limits = firstOf([...fitting, sourced.tool, { callsPerMinute: options.callsPerMinute }])
    return { ...sourced, meter }
  }

  const fitOrRefuse: Toolbox['fit'] = (schema, args, undeclared) => {
    try {
      return fit(schema, args, undeclared)
    } catch (thrown) {
      return { ok: false, written: {}, error: `The arguments cannot be read: ${errorMessage(thrown)}` }
    }
  }

  const isAsked = (name: string) => asked.some((pattern) => matchPattern(pattern, name))
  setSources([])
  return {
    setSources,
    schemas: () => schemas,
    describe: () =>
      [...current.values()].map(({ name, schema, source, meter, timeoutMs: ms }) => ({
        ...{ schema, source, approval: isAsked(name) },
        limits: { timeoutMs: ms, maxOutputBytes, ...meter.limits },
        counts: { ...meter.counts },
      })),
    has: (name) => current.has(name),
    isAsked,
    approvalOf: (name, args) => ({
      hash: callHash(name, args),
      source: current.get(name)?.source ?? 'device',
    }),
    isIdempotent: (name) => current.get(name)?.tool.idempotent === true,

    fit(schema, args, undeclared) {
      const fitted = fitOrRefuse(schema, args, undeclared)
      if (!fitted.ok) current.get(schema.function.name)?.meter.count({ isFailed: true })
      return fitted
    },

    async run(name, args, { repairs, ...context }) {
      const tool = current.get(name)
      if (!tool) return removedTool(name)
      const bounds = { meter: tool.meter, slots, now }
      const {
        status,
        output,
        images = [],
      } = await runFor(tool.source, () => runLimited(tool, args, context, bounds))
      tool.meter.count({ isFailed: status !== 'succeeded', repairs })
      return { status, ...fitImages(truncateText(output, maxOutputBytes), images, maxImageBytes) }
    },
  }
}

/** Only tools that were offered are run. */
function removedTool(name: string): ToolOutcome {
  return { status: 'failed', output: `The tool "${name}" is not available any more.` }
}

function checkBuiltin(tools: readonly Tool[], timeoutMs: number): void {
  const names = new Set<string>()
  for (const { name } of tools.map((tool) => checkTool(tool, timeoutMs))) {
    if (names.has(name)) throw new InvalidTool(`Two tools have the name "${name}".`)
    names.add(name)
  }
}

function changeOf(
  before: ReadonlyMap<string, SourcedTool>,
  after: ReadonlyMap<string, SourcedTool>,
): Pick<ToolChange, 'added' | 'removed' | 'changed'> {
  const isSame = (name: string) =>
    JSON.stringify(before.get(name)?.schema) === JSON.stringify(after.get(name)?.schema)
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after.keys()].filter((name) => before.has(name) && !isSame(name)),
  }
}
