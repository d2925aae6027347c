import { bytes, choice, count, duration } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings that limit turns. */
export const turnsSettings = {
  maxMessages: {
    group: 'Turns',
    name: 'max-messages',
    env: 'CHATTERD_MAX_MESSAGES',
    kind: count(1, 100_000),
    default: '1000',
    reload: true,
    about:
      'Most messages in one request, and most calls and images in them; a request with more is refused with 422.',
  },
  maxSteps: {
    group: 'Turns',
    name: 'max-steps',
    env: 'CHATTERD_MAX_STEPS',
    kind: count(1, 1000),
    default: '16',
    about: 'Most steps (requests to the engine) in one turn; then the turn fails with step-limit.',
  },
  maxCalls: {
    group: 'Turns',
    name: 'max-calls',
    env: 'CHATTERD_MAX_CALLS',
    kind: count(1, 1000),
    default: '16',
    about: 'Most tool calls in one step; a step with more fails the turn with call-limit.',
  },
  maxAnswerBytes: {
    group: 'Turns',
    name: 'max-answer',
    env: 'CHATTERD_MAX_ANSWER',
    kind: bytes('1KiB', '256MiB'),
    default: '4MiB',
    about: 'Longest text of one step, thinking included; a longer one fails the turn with answer-limit.',
  },
  turnTimeoutMs: {
    group: 'Turns',
    name: 'turn-timeout',
    env: 'CHATTERD_TURN_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '20m',
    about:
      'Longest run of one turn, counted from zero again after each wait for the device; then it fails with turn-timeout.',
  },
  maxTurns: {
    group: 'Turns',
    name: 'max-turns',
    env: 'CHATTERD_MAX_TURNS',
    kind: count(1, 100_000),
    default: '1000',
    about:
      'Most turns in this process that run or wait for their conversation; another one is refused with 429.',
  },
  titles: {
    group: 'Turns',
    name: 'titles',
    env: 'CHATTERD_TITLES',
    kind: choice('a source of titles', ['prompt', 'model', 'none']),
    default: 'prompt',
    about:
      'Where a conversation without a title gets one from: `prompt`, the first line of its first prompt; `model`, from that, and then once from the model, when its first turn has completed and no other prompt runs or waits in this process; `none`: it has none until a client gives it one.',
  },
  busyWaitMs: {
    group: 'Turns',
    name: 'busy-wait',
    env: 'CHATTERD_BUSY_WAIT',
    kind: duration('0s', '1h'),
    default: '30s',
    about: 'How long a prompt waits for its conversation to be free; then it is refused with 409.',
  },
  busyGraceMs: {
    group: 'Turns',
    name: 'busy-grace',
    env: 'CHATTERD_BUSY_GRACE',
    kind: duration('0s', '1h'),
    default: '3s',
    about:
      'How long a turn may run on that no client follows, once a prompt of the classic dialect waits for its conversation; then it is cancelled, with its text kept.',
  },
  busyQueue: {
    group: 'Turns',
    name: 'busy-queue',
    env: 'CHATTERD_BUSY_QUEUE',
    kind: count(0, 10_000),
    default: '16',
    about: 'Most prompts that wait for one conversation; another one is refused with 409 at once.',
  },
  leaseMs: {
    group: 'Turns',
    name: 'lease',
    env: 'CHATTERD_LEASE',
    kind: duration('1s', '10m'),
    default: '15s',
    about:
      'The turns of a process that is gone end as interrupted within this time. A process counts as gone after two thirds of it without a heartbeat.',
  },
  hangTimeoutMs: {
    group: 'Turns',
    name: 'hang-timeout',
    env: 'CHATTERD_HANG_TIMEOUT',
    kind: duration('1s', '1h'),
    default: '1m',
    about:
      'How long a process that is too busy for heartbeats keeps its turns on PostgreSQL; then its lease is not renewed any more.',
  },
  callTimeoutMs: {
    group: 'Turns',
    name: 'call-timeout',
    env: 'CHATTERD_CALL_TIMEOUT',
    kind: duration('1s', '720h'),
    default: '1h',
    about:
      "How long a call waits for its result from the client's device; then it expires, and the model is informed.",
  },
  toolStarts: {
    group: 'Turns',
    name: 'tool-starts',
    env: 'CHATTERD_TOOL_STARTS',
    kind: count(1, 100),
    default: '3',
    about:
      'Most starts of one call of an idempotent tool; it is started again when the process that runs it is gone.',
  },
  keyLifeMs: {
    group: 'Turns',
    name: 'key-life',
    env: 'CHATTERD_KEY_LIFE',
    kind: duration('1s', '720h'),
    default: '24h',
    about: 'How long an Idempotency-Key is kept; until then, the same request replays the same turn.',
  },
  whenDisconnected: {
    group: 'Turns',
    name: 'when-disconnected',
    env: 'CHATTERD_WHEN_DISCONNECTED',
    kind: choice('action', ['finish', 'stop']),
    default: 'finish',
    reload: true,
    about:
      'What happens to a turn of the classic dialect when its client disconnects: it finishes, or is cancelled (stop).',
  },
  disconnectGraceMs: {
    group: 'Turns',
    name: 'disconnect-grace',
    env: 'CHATTERD_DISCONNECT_GRACE',
    kind: duration('0s', '24h'),
    default: '10s',
    reload: true,
    about: 'With when-disconnected=stop: how long a turn runs without a client before it is cancelled.',
  },
} satisfies Record<string, Setting>
