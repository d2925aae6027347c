import { bytes, duration } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** Settings of the streams: what bounds streams. */
export const streamsSettings = {
  keepAliveMs: {
    group: 'Streams',
    name: 'keep-alive',
    env: 'CHATTERD_KEEP_ALIVE',
    kind: duration('100ms', '10m'),
    default: '15s',
    about: 'Longest silence on a stream; then a comment keeps it alive.',
  },
  clientBufferBytes: {
    group: 'Streams',
    name: 'client-buffer',
    env: 'CHATTERD_CLIENT_BUFFER',
    kind: bytes('16KiB', '1GiB'),
    default: '1MiB',
    about: 'Most bytes that wait for a client that does not read; past it its connection is cut.',
  },
} satisfies Record<string, Setting>
