import { bytes, count, duration } from '../kinds.ts'
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
  stallTimeoutMs: {
    group: 'Streams',
    name: 'stall-timeout',
    env: 'CHATTERD_STALL_TIMEOUT',
    kind: duration('100ms', '1h'),
    default: '30s',
    about:
      'How long a client that catches up on earlier events may read nothing; then its connection is cut.',
  },
  maxUnjournaledEvents: {
    group: 'Streams',
    name: 'max-unjournaled-events',
    env: 'CHATTERD_MAX_UNJOURNALED_EVENTS',
    kind: count(1, 10_000),
    default: '64',
    about: 'Most events of a turn that are told before they are in the database; past it, the turn waits.',
  },
  eventRetentionMs: {
    group: 'Streams',
    name: 'event-retention',
    env: 'CHATTERD_EVENT_RETENTION',
    kind: duration('1s', '8760h'),
    default: '24h',
    about: 'How long the events of an ended turn are kept; later, it is told from its stored outcome.',
  },
} satisfies Record<string, Setting>
