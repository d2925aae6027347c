import { dataFolder, type Machine } from './data-folder.ts'
import {
  bytes,
  choice,
  count,
  databaseUrl,
  duration,
  engineAddress,
  host,
  type Kind,
  path,
  port,
  url,
} from './kinds.ts'

export const groups = ['Server', 'Data', 'Engine', 'Turns', 'Tools', 'Streams'] as const

/** One setting, with all that `--help`, the documentation and the error messages say of it. */
export interface Setting<T = unknown> {
  group: (typeof groups)[number]
  /** The flag without its dashes, and the key in the file. */
  name: string
  env: string
  /** Another program's variable, read where nothing else is said. */
  fallbackEnv?: string
  kind: Kind<T>
  /** As a person would write it; null: none. */
  default: string | null | PlatformDefault
  /** What it does, and what happens at its bound. */
  about: string
}

/** A default that depends on the machine, and the words for it. */
interface PlatformDefault {
  words: string
  of(machine: Machine): string
}

/** Every setting, by its name in `Config`. Times end in Ms and are milliseconds, sizes end in Bytes and are bytes. */
const settings = {
  host: {
    group: 'Server',
    name: 'host',
    env: 'HOST',
    kind: host,
    default: '127.0.0.1',
    about: 'Address to listen on; 0.0.0.0 or :: lets other machines in.',
  },
  port: {
    group: 'Server',
    name: 'port',
    env: 'PORT',
    kind: port,
    default: '8080',
    about: 'Port to listen on; 0 takes any that is free.',
  },
  tls: {
    group: 'Server',
    name: 'tls',
    env: 'CHATTERD_TLS',
    kind: choice('mode', ['off', 'dev']),
    default: 'off',
    about: 'HTTPS with a development certificate, made once and kept in the data folder.',
  },
  tlsCert: {
    group: 'Server',
    name: 'tls-cert',
    env: 'CHATTERD_TLS_CERT',
    kind: path,
    default: null,
    about: 'Certificate chain (PEM) for HTTPS; goes with tls-key.',
  },
  tlsKey: {
    group: 'Server',
    name: 'tls-key',
    env: 'CHATTERD_TLS_KEY',
    kind: path,
    default: null,
    about: 'Private key (PEM) for HTTPS; goes with tls-cert.',
  },
  logLevel: {
    group: 'Server',
    name: 'log-level',
    env: 'CHATTERD_LOG_LEVEL',
    kind: choice('level', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    about: 'The least important lines that are still logged.',
  },
  maxBodyBytes: {
    group: 'Server',
    name: 'max-body',
    env: 'CHATTERD_MAX_BODY',
    kind: bytes('1KiB', '1GiB'),
    default: '32MiB',
    about: 'Largest request body; a larger one is refused with 413.',
  },
  drainTimeoutMs: {
    group: 'Server',
    name: 'drain-timeout',
    env: 'CHATTERD_DRAIN_TIMEOUT',
    kind: duration('0s', '10m'),
    default: '10s',
    about: 'How long streams may finish when the server is told to stop; then they are ended, to be resumed.',
  },
  dataDir: {
    group: 'Data',
    name: 'data-dir',
    env: 'CHATTERD_DATA_DIR',
    kind: path,
    default: { words: "the platform's data folder", of: dataFolder },
    about: 'Folder of the embedded database and the development certificate.',
  },
  databaseUrl: {
    group: 'Data',
    name: 'database-url',
    env: 'DATABASE_URL',
    kind: databaseUrl,
    default: null,
    about: 'PostgreSQL database to use; without it the embedded one serves.',
  },
  databasePool: {
    group: 'Data',
    name: 'database-pool',
    env: 'CHATTERD_DATABASE_POOL',
    kind: count(1, 1000),
    default: '10',
    about: 'Connections to PostgreSQL; when all are busy, requests wait for one.',
  },
  databaseTimeoutMs: {
    group: 'Data',
    name: 'database-timeout',
    env: 'CHATTERD_DATABASE_TIMEOUT',
    kind: duration('10ms', '1m'),
    default: '1500ms',
    about: 'Longest wait to connect to the database or for a free connection; then requests get 503.',
  },
  boardMessages: {
    group: 'Data',
    name: 'board-messages',
    env: 'CHATTERD_BOARD_MESSAGES',
    kind: count(1, 1_000_000),
    default: '10000',
    about: 'Newest messages that GET /getchatts returns; older ones stay stored and are left out.',
  },
  engine: {
    group: 'Engine',
    name: 'engine',
    env: 'CHATTERD_ENGINE',
    kind: choice('engine', ['auto', 'ollama', 'demo']),
    default: 'auto',
    about: 'What answers: auto is Ollama where one is found, else the demo engine until one is.',
  },
  ollamaBaseUrl: {
    group: 'Engine',
    name: 'ollama-base-url',
    env: 'OLLAMA_BASE_URL',
    fallbackEnv: 'OLLAMA_HOST',
    kind: engineAddress,
    default: 'http://127.0.0.1:11434',
    about: 'Where Ollama answers, with or without /api.',
  },
  enginePollMs: {
    group: 'Engine',
    name: 'engine-poll',
    env: 'CHATTERD_ENGINE_POLL',
    kind: duration('100ms', '1h'),
    default: '5s',
    about: 'How often a missing Ollama is looked for; when it answers, the server goes over to it.',
  },
  connectTimeoutMs: {
    group: 'Engine',
    name: 'connect-timeout',
    env: 'CHATTERD_CONNECT_TIMEOUT',
    kind: duration('10ms', '5m'),
    default: '5s',
    about: 'Longest wait for a connection to the engine; then the turn fails with 502.',
  },
  firstTokenTimeoutMs: {
    group: 'Engine',
    name: 'first-token-timeout',
    env: 'CHATTERD_FIRST_TOKEN_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '10m',
    about:
      "Longest wait for an answer's first token, the loading of the model included; then the turn fails.",
  },
  silenceTimeoutMs: {
    group: 'Engine',
    name: 'silence-timeout',
    env: 'CHATTERD_SILENCE_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '2m',
    about: 'Longest silence of the engine between two tokens; then the turn fails.',
  },
  stepTimeoutMs: {
    group: 'Engine',
    name: 'step-timeout',
    env: 'CHATTERD_STEP_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '20m',
    about: 'Longest answer of the engine to one request, from first to last byte; then the turn fails.',
  },
  maxLineBytes: {
    group: 'Engine',
    name: 'max-line',
    env: 'CHATTERD_MAX_LINE',
    kind: bytes('1KiB', '256MiB'),
    default: '4MiB',
    about: 'Longest line that the engine may send; a longer one fails the turn.',
  },
  contextTokens: {
    group: 'Engine',
    name: 'context-tokens',
    env: 'CHATTERD_CONTEXT_TOKENS',
    kind: count(256, 10_000_000),
    default: null,
    about:
      'Context window to ask of the engine (num_ctx); without it, what the engine says. Older turns are cut.',
  },
  maxMessages: {
    group: 'Turns',
    name: 'max-messages',
    env: 'CHATTERD_MAX_MESSAGES',
    kind: count(1, 100_000),
    default: '1000',
    about: 'Most messages in one request; one with more is refused with 422.',
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
      'Longest running time of one turn, waiting for the device not counted; then it fails as turn-timeout.',
  },
  maxTurns: {
    group: 'Turns',
    name: 'max-turns',
    env: 'CHATTERD_MAX_TURNS',
    kind: count(1, 100_000),
    default: '1000',
    about: 'Most turns that run at once in this process; another is refused with 429.',
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
    about: 'How long a turn belongs to a process that gives no sign of life; then it ends as interrupted.',
  },
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

export type SettingKey = keyof typeof settings

type Value<S> = S extends { kind: Kind<infer T>; default: infer D }
  ? D extends null
    ? T | undefined
    : T
  : never

/** What the program runs with. Undefined where a setting has no default and nobody gave it. */
export type Config = { readonly [Key in SettingKey]: Value<(typeof settings)[Key]> }

/** The table as a list, for those who treat all settings alike. */
export const settingList: readonly [SettingKey, Setting][] = Object.entries(settings) as [
  SettingKey,
  Setting,
][]
