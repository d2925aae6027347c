import { bytes, count, duration } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings of event streams. */
export const streamsSettings = {
  keepAliveMs: {
    group: 'Streams',
    name: 'keep-alive',
    env: 'CHATTERD_KEEP_ALIVE',
    kind: duration('100ms', '10m'),
    default: '15s',
    reload: true,
    about: 'Longest silence on a stream; then a comment is sent to keep the connection open.',
  },
  firstByteMs: {
    group: 'Streams',
    name: 'first-byte',
    env: 'CHATTERD_FIRST_BYTE',
    kind: duration('100ms', '10m'),
    default: '5s',
    reload: true,
    about:
      'Longest wait for the first byte of a stream of the classic dialect, because phones give up; then a comment opens it, and what goes wrong later is an event.',
  },
  clientBufferBytes: {
    group: 'Streams',
    name: 'client-buffer',
    env: 'CHATTERD_CLIENT_BUFFER',
    kind: bytes('16KiB', '1GiB'),
    default: '1MiB',
    reload: true,
    about: 'Most bytes that wait for a client that reads slowly; with more, its connection is closed.',
  },
  stallTimeoutMs: {
    group: 'Streams',
    name: 'stall-timeout',
    env: 'CHATTERD_STALL_TIMEOUT',
    kind: duration('100ms', '1h'),
    default: '30s',
    reload: true,
    about: 'How long a client that is sent earlier events may read nothing; then its connection is closed.',
  },
  maxUnjournaledEvents: {
    group: 'Streams',
    name: 'max-unjournaled-events',
    env: 'CHATTERD_MAX_UNJOURNALED_EVENTS',
    kind: count(1, 10_000),
    default: '64',
    about: 'Most events of a turn that are published before they are in the database; then the turn waits.',
  },
  journalDelayMs: {
    group: 'Streams',
    name: 'journal-delay',
    env: 'CHATTERD_JOURNAL_DELAY',
    kind: duration('0s', '10s'),
    default: '200ms',
    about:
      'How long published events may wait until they are written to the database, many at once. Those of a turn that clients of another process follow wait 45 ms at most.',
  },
  eventRetentionMs: {
    group: 'Streams',
    name: 'event-retention',
    env: 'CHATTERD_EVENT_RETENTION',
    kind: duration('1s', '8760h'),
    default: '24h',
    about:
      'How long the events of an ended turn are kept; after that, its replay is made from its stored messages.',
  },
} satisfies Record<string, Setting>
