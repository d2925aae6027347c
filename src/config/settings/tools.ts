import { bytes, choice, count, duration, path, url } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings of the tools. */
export const toolsSettings = {
  openMeteoUrl: {
    group: 'Tools',
    name: 'open-meteo-url',
    env: 'OPEN_METEO_URL',
    kind: url('http', 'https'),
    default: 'https://api.open-meteo.com',
    about: 'Address of the weather service for get_weather, get_forecast and /weather.',
  },
  openMeteoGeocodingUrl: {
    group: 'Tools',
    name: 'open-meteo-geocoding-url',
    env: 'OPEN_METEO_GEOCODING_URL',
    kind: url('http', 'https'),
    default: 'https://geocoding-api.open-meteo.com',
    about: 'Address of the service that finds places for search_places.',
  },
  mcpConfig: {
    group: 'Tools',
    name: 'mcp-config',
    env: 'CHATTERD_MCP_CONFIG',
    kind: path,
    default: null,
    reload: true,
    about:
      'A file of another program that has MCP servers, as its JSON member mcpServers (or servers); they are added to those of the settings file.',
  },
  mcpStartMs: {
    group: 'Tools',
    name: 'mcp-start',
    env: 'CHATTERD_MCP_START',
    kind: duration('100ms', '1h'),
    default: '2m',
    about:
      'How long an MCP server may take until its tools are there; then it is stopped, and tried again later. npx may have to fetch it first.',
  },
  maxTools: {
    group: 'Tools',
    name: 'max-tools',
    env: 'CHATTERD_MAX_TOOLS',
    kind: count(0, 10_000),
    default: '128',
    reload: true,
    about: 'Most device tools of one conversation; a request that adds more is refused with 422.',
  },
  rescue: {
    group: 'Tools',
    name: 'rescue',
    env: 'CHATTERD_RESCUE',
    kind: choice('switch', ['on', 'off']),
    default: 'on',
    about:
      'Whether a call of an offered tool that a model writes as text, at the end of its reply, is run as a call (on), or stays text (off).',
  },
  mcp: {
    group: 'Tools',
    name: 'mcp',
    env: 'CHATTERD_MCP',
    kind: choice('switch', ['on', 'off']),
    default: 'on',
    about:
      'Whether the resident tools, without those that [tools] ask names, are offered to MCP clients at /mcp (on), or not (off).',
  },
  toolTimeoutMs: {
    group: 'Tools',
    name: 'tool-timeout',
    env: 'CHATTERD_TOOL_TIMEOUT',
    kind: duration('10ms', '1h'),
    default: '15s',
    about: 'Longest time that a resident tool may run; then it is stopped, and the model is informed.',
  },
  toolOutputBytes: {
    group: 'Tools',
    name: 'tool-output',
    env: 'CHATTERD_TOOL_OUTPUT',
    kind: bytes('64B', '64MiB'),
    default: '64KiB',
    about: 'Longest output of a resident tool; a longer one is truncated, and the model is informed.',
  },
  toolImageBytes: {
    group: 'Tools',
    name: 'tool-images',
    env: 'CHATTERD_TOOL_IMAGES',
    kind: bytes('0B', '64MiB'),
    default: '4MiB',
    about:
      "Most bytes of the images in one resident tool's result, in base64; those beyond it are left out, and the model is informed.",
  },
  toolResponseBytes: {
    group: 'Tools',
    name: 'tool-response',
    env: 'CHATTERD_TOOL_RESPONSE',
    kind: bytes('64B', '256MiB'),
    default: '4MiB',
    about:
      'Longest response of a web service of which a part is the result (result of [tools.http.NAME]); the call of a longer one fails.',
  },
  toolDocumentBytes: {
    group: 'Tools',
    name: 'tool-document',
    env: 'CHATTERD_TOOL_DOCUMENT',
    kind: bytes('1KiB', '64MiB'),
    default: '8MiB',
    about: 'Longest OpenAPI document; the tools of a longer one are down.',
  },
  toolCallsAtOnce: {
    group: 'Tools',
    name: 'tool-calls-at-once',
    env: 'CHATTERD_TOOL_CALLS_AT_ONCE',
    kind: count(1, 100_000),
    default: '64',
    about:
      'Most calls of resident tools that run at once in this process. Others wait in order of arrival, each for as long as its tool may run; then it is not run, and the model is informed.',
  },
  toolCallsPerMinute: {
    group: 'Tools',
    name: 'tool-calls-per-minute',
    env: 'CHATTERD_TOOL_CALLS_PER_MINUTE',
    kind: count(0, 100_000),
    default: '0',
    about:
      'Most calls of one resident tool that begin within a minute in this process. Another one is not run, and the model is informed when it can try again. 0: any number.',
  },
  toolSchemaLength: {
    group: 'Tools',
    name: 'tool-schema-length',
    env: 'CHATTERD_TOOL_SCHEMA_LENGTH',
    kind: count(256, 16_777_216),
    default: '32768',
    about:
      'Longest schema of a tool, of either side, that arguments are checked with, in characters; it may have a quarter as many values. With a longer one, they are not checked.',
  },
  toolSchemaDepth: {
    group: 'Tools',
    name: 'tool-schema-depth',
    env: 'CHATTERD_TOOL_SCHEMA_DEPTH',
    kind: count(2, 512),
    default: '64',
    about:
      'Most levels of a schema that arguments are checked with, as JSON: a schema in another one takes two. With a deeper one, they are not checked.',
  },
  toolWaitMs: {
    group: 'Tools',
    name: 'tool-wait',
    env: 'CHATTERD_TOOL_WAIT',
    kind: duration('0s', '10m'),
    default: '5s',
    about:
      'How long a start, and a change of settings, waits for tools that are not there yet; those that come later are offered from then on.',
  },
  toolReloads: {
    group: 'Tools',
    name: 'tool-reloads',
    env: 'CHATTERD_TOOL_RELOADS',
    kind: count(0, 1_000_000),
    default: '1000',
    about:
      'Most changes of tool files that are loaded without a restart: each stays in memory, and 1,000 small ones take about 50 MB. Then files that change are shown as down.',
  },
} satisfies Record<string, Setting>
