import type { Config } from './config/settings.ts'
import type { FitLimits } from './tools/fit.ts'
import { optionalTools } from './tools/resident/optional-tools.ts'
import { readWeather } from './tools/resident/read-weather.ts'
import { residentTools } from './tools/resident/resident-tools.ts'
import { ToolSources, type ToolSourcesOptions } from './tools/sources/tool-sources.ts'
import { createToolbox, type ResidentToolbox } from './tools/toolbox.ts'

/** The toolbox, the sources of its tools, which are not started, and the weather. */
export interface Tools {
  toolbox: ResidentToolbox
  sources: ToolSources
  readWeather(
    location: Parameters<typeof readWeather>[0],
    signal: AbortSignal,
  ): ReturnType<typeof readWeather>
}

/** Makes the tools of these settings. Texts are for the log. */
export function createTools(
  config: Config,
  output: Pick<ToolSourcesOptions, 'onNotice' | 'onWarning'>,
): Tools {
  const { toolTimeoutMs: timeoutMs } = config
  const weather = { baseUrl: config.openMeteoUrl, timeoutMs }
  const places = { baseUrl: config.openMeteoGeocodingUrl, timeoutMs }
  const toolbox = createToolbox(residentTools({ weather }), {
    timeoutMs,
    maxOutputBytes: config.toolOutputBytes,
    maxImageBytes: config.toolImageBytes,
    callsAtOnce: config.toolCallsAtOnce,
    ...(config.toolCallsPerMinute > 0 && { callsPerMinute: config.toolCallsPerMinute }),
    fit: fitLimits(config),
  })
  const optional = optionalTools({ weather, places })
  return {
    toolbox,
    sources: new ToolSources(config.tools, {
      toolbox,
      optional,
      waitMs: config.toolWaitMs,
      maxReloads: config.toolReloads,
      maxOutputBytes: config.toolOutputBytes,
      maxResponseBytes: config.toolResponseBytes,
      maxDocumentBytes: config.toolDocumentBytes,
      mcpStartMs: config.mcpStartMs,
      ...output,
    }),
    readWeather: (location, signal) => readWeather(location, { ...weather, signal }),
  }
}

/** Each value of a schema takes a few characters, and each schema in another one two levels. */
function fitLimits({ toolSchemaLength: characters, toolSchemaDepth: depth }: Config): Partial<FitLimits> {
  return {
    schema: { characters, depth, values: Math.ceil(characters / 4) },
    plain: { depth: Math.ceil(depth / 2), schemas: 256 },
  }
}
