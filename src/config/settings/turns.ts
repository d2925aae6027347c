import { bytes, choice, count, duration } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** Settings of the turns: what bounds a turn. */
export const turnsSettings = {
  maxMessages: {
    group: 'Turns',
    name: 'max-messages',
    env: 'CHATTERD_MAX_MESSAGES',
    kind: count(1, 100_000),
    default: '1000',
    about:
      'Most messages in one request, and most calls and images in them; one with more is refused with 422.',
  },
  maxSteps: {
    group: 'Turns',
    name: 'max-steps',
    env: 'CHATTERD_MAX_STEPS',
    kind: count(1, 1000),
    default: '16',
    about: 'Most steps (answers of the engine) in one turn; then the turn fails as step-limit.',
  },
  maxCalls: {
    group: 'Turns',
    name: 'max-calls',
    env: 'CHATTERD_MAX_CALLS',
    kind: count(1, 1000),
    default: '16',
    about: 'Most tool calls in one step; a step with more fails the turn as call-limit.',
  },
  maxAnswerBytes: {
    group: 'Turns',
    name: 'max-answer',
    env: 'CHATTERD_MAX_ANSWER',
    kind: bytes('1KiB', '256MiB'),
    default: '4MiB',
    about: 'Longest text of one step, thinking included; a longer one fails the turn as answer-limit.',
  },
  turnTimeoutMs: {
    group: 'Turns',
    name: 'turn-timeout',
    env: 'CHATTERD_TURN_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '20m',
    about:
      'Longest run of one turn, counted anew after each wait for the device; then it fails as turn-timeout.',
  },
  maxTurns: {
    group: 'Turns',
    name: 'max-turns',
    env: 'CHATTERD_MAX_TURNS',
    kind: count(1, 100_000),
    default: '1000',
    about: 'Most turns that run or wait for their conversation in this process; another is refused with 429.',
  },
  busyWaitMs: {
    group: 'Turns',
    name: 'busy-wait',
    env: 'CHATTERD_BUSY_WAIT',
    kind: duration('0s', '1h'),
    default: '30s',
    about: 'How long a prompt waits for its conversation to be free; then it is refused with 409.',
  },
  busyQueue: {
    group: 'Turns',
    name: 'busy-queue',
    env: 'CHATTERD_BUSY_QUEUE',
    kind: count(0, 10_000),
    default: '16',
    about: 'Most prompts that wait for one conversation; another is refused with 409 at once.',
  },
  leaseMs: {
    group: 'Turns',
    name: 'lease',
    env: 'CHATTERD_LEASE',
    kind: duration('1s', '10m'),
    default: '15s',
    about: 'After so long without a sign of life from its process, a turn is ended as interrupted.',
  },
  callTimeoutMs: {
    group: 'Turns',
    name: 'call-timeout',
    env: 'CHATTERD_CALL_TIMEOUT',
    kind: duration('1s', '720h'),
    default: '1h',
    about: "How long a call waits for the client's device; then it expires, and the model is told.",
  },
  toolStarts: {
    group: 'Turns',
    name: 'tool-starts',
    env: 'CHATTERD_TOOL_STARTS',
    kind: count(1, 100),
    default: '3',
    about: 'How often a call of an idempotent tool may be started, when the processes that run it are gone.',
  },
  keyLifeMs: {
    group: 'Turns',
    name: 'key-life',
    env: 'CHATTERD_KEY_LIFE',
    kind: duration('1s', '720h'),
    default: '24h',
    about:
      'How long an Idempotency-Key is kept: until then, the same request is answered with the same turn.',
  },
  whenDisconnected: {
    group: 'Turns',
    name: 'when-disconnected',
    env: 'CHATTERD_WHEN_DISCONNECTED',
    kind: choice('action', ['finish', 'stop']),
    default: 'finish',
    about:
      'What becomes of a turn of the classic dialect whose client has left: it finishes, or is cancelled.',
  },
  disconnectGraceMs: {
    group: 'Turns',
    name: 'disconnect-grace',
    env: 'CHATTERD_DISCONNECT_GRACE',
    kind: duration('0s', '24h'),
    default: '10s',
    about:
      'With when-disconnected stop: how long a turn goes on with nobody listening before it is cancelled.',
  },
} satisfies Record<string, Setting>
