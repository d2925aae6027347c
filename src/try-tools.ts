import type { Config } from './config/settings.ts'
import { createTools } from './create-tools.ts'
import { didYouMean } from './protocol/closest-name.ts'
import { judgeTools } from './tools/judge-tools.ts'
import type { SourceReport } from './tools/sources/tool-sources.ts'
import { estimateTools } from './turn/estimate-tokens.ts'
import type { ToolOutcome } from './turn/ports/toolbox.ts'

/** The tools of a server, without the server. */
export interface TriedTools {
  /** Sorted by name. */
  list(): { name: string; description?: string; source: string; approval: boolean }[]
  sources(): SourceReport[]
  /** Runs a tool as a server does; `args`: JSON, as a model writes it. */
  call(name: string, args: string): Promise<ToolOutcome>
  check(): ToolsReport
  close(): Promise<void>
}

/** What is found out about the tools, in sentences. */
export interface ToolsReport {
  /** What keeps tools from being offered. */
  problems: string[]
  /** What makes it hard for models to use tools well. */
  advice: string[]
  /** What the tools cost in every prompt, estimated. */
  tokens: number
}

/** Opens the tools of these settings, and waits for their sources as a start does. */
export async function openTools(config: Config): Promise<TriedTools> {
  const { toolbox, sources } = createTools(config, { onNotice: () => {}, onWarning: () => {} })
  await sources.start()
  const missing = () =>
    sources
      .report()
      .flatMap(({ name, state, reason }) =>
        state === 'ready' ? [] : [`${name} is ${state === 'down' ? `down: ${reason}` : 'not there yet'}`],
      )

  function noTool(name: string): string {
    const names = toolbox.schemas().map((schema) => schema.function.name)
    const hint = didYouMean(name, names)
    return [`There is no tool "${name}" here${hint === '' ? '.' : hint}`, ...missing()].join('\n')
  }

  return {
    list: () =>
      toolbox.describe().map(({ schema, source, approval }) => {
        const { name, description } = schema.function
        return { name, ...(description !== undefined && { description }), source, approval }
      }),
    sources: () => sources.report(),

    async call(name, args) {
      const schema = toolbox.schemas().find((each) => each.function.name === name)
      if (!schema) return { status: 'failed', output: noTool(name) }
      const fit = toolbox.fit(schema, args)
      if (!fit.ok) return { status: 'failed', output: fit.error }
      const { signal } = new AbortController()
      return await toolbox.run(name, fit.arguments, {
        signal,
        conversation: 'cli',
        turn: 'cli',
        callId: 'cli',
      })
    },

    check() {
      const schemas = toolbox.schemas()
      return {
        problems: [...missing(), ...sources.problems],
        advice: [
          ...judgeTools(schemas),
          ...sources.notes,
          ...sources.unused.off.map((pattern) => unusedMessage('off', pattern)),
          ...sources.unused.ask.map((pattern) => unusedMessage('ask', pattern)),
          ...sources.unused.limits.map((pattern) => unusedMessage('limits', pattern)),
        ],
        tokens: schemas.length === 0 ? 0 : estimateTools(schemas),
      }
    },
    close: () => sources.close(),
  }
}

function unusedMessage(list: 'off' | 'ask' | 'limits', pattern: string): string {
  return `${list} in [tools] has "${pattern}", which is the name of no tool`
}
