import { bytes, choice, count, duration, url } from '../kinds.ts'
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
  toolWaitMs: {
    group: 'Tools',
    name: 'tool-wait',
    env: 'CHATTERD_TOOL_WAIT',
    kind: duration('0s', '10m'),
    default: '5s',
    about:
      'How long a start waits for tools that are not there yet; those that come later are offered from then on.',
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
