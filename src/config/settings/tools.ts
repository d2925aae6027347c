import { bytes, count, duration, url } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** Settings of the tools: what bounds tools. */
export const toolsSettings = {
  openMeteoUrl: {
    group: 'Tools',
    name: 'open-meteo-url',
    env: 'OPEN_METEO_URL',
    kind: url('http', 'https'),
    default: 'https://api.open-meteo.com',
    about: 'Weather service that get_weather and /weather ask.',
  },
  maxTools: {
    group: 'Tools',
    name: 'max-tools',
    env: 'CHATTERD_MAX_TOOLS',
    kind: count(0, 10_000),
    default: '128',
    about: 'Most device tools of one conversation; a request that brings more is refused with 422.',
  },
  toolTimeoutMs: {
    group: 'Tools',
    name: 'tool-timeout',
    env: 'CHATTERD_TOOL_TIMEOUT',
    kind: duration('10ms', '1h'),
    default: '15s',
    about: 'Longest run of a resident tool; then it is stopped and the model is told.',
  },
  toolOutputBytes: {
    group: 'Tools',
    name: 'tool-output',
    env: 'CHATTERD_TOOL_OUTPUT',
    kind: bytes('64B', '64MiB'),
    default: '64KiB',
    about: 'Longest output of a resident tool; the rest is cut off and the model is told.',
  },
} satisfies Record<string, Setting>
