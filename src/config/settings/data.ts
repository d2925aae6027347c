import { dataFolder } from '../data-folder.ts'
import { bytes, choice, count, databaseUrl, duration, path } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings of the database and of what is kept in memory. */
export const dataSettings = {
  dataDir: {
    group: 'Data',
    name: 'data-dir',
    env: 'CHATTERD_DATA_DIR',
    kind: path,
    default: { description: "the platform's data folder", resolve: dataFolder },
    about: 'Folder of the embedded database and the development certificate.',
  },
  databaseUrl: {
    group: 'Data',
    name: 'database-url',
    env: 'DATABASE_URL',
    kind: databaseUrl,
    default: null,
    about: 'PostgreSQL database to use; without it, the embedded database is used.',
  },
  databasePooling: {
    group: 'Data',
    name: 'database-pooling',
    env: 'CHATTERD_DATABASE_POOLING',
    kind: choice('pooling', ['auto', 'session', 'transaction']),
    default: 'auto',
    about:
      'What a connection pooler before PostgreSQL, such as PgBouncer, gives to a connection: a session, or a server for one transaction at a time; auto finds out, and takes any pooler for one of transactions.',
  },
  databaseListenUrl: {
    group: 'Data',
    name: 'database-listen-url',
    env: 'DATABASE_LISTEN_URL',
    kind: databaseUrl,
    default: null,
    about:
      'The same database past a connection pooler, for notifications and the lease; without it, processes behind a pooler learn of each other up to a second later.',
  },
  databasePool: {
    group: 'Data',
    name: 'database-pool',
    env: 'CHATTERD_DATABASE_POOL',
    kind: count(1, 1000),
    default: '10',
    about: 'Most connections to PostgreSQL; when all are busy, requests wait for one.',
  },
  databaseTimeoutMs: {
    group: 'Data',
    name: 'database-timeout',
    env: 'CHATTERD_DATABASE_TIMEOUT',
    kind: duration('10ms', '1m'),
    default: '1500ms',
    about: 'Longest wait to connect to PostgreSQL; then requests get 503.',
  },
  databaseWaitMs: {
    group: 'Data',
    name: 'database-wait',
    env: 'CHATTERD_DATABASE_WAIT',
    kind: duration('10ms', '30s'),
    default: '15s',
    about: 'Longest wait for a connection while all are busy with other requests; then requests get 503.',
  },
  logCacheBytes: {
    group: 'Data',
    name: 'log-cache',
    env: 'CHATTERD_LOG_CACHE',
    kind: bytes('0B', '64GiB'),
    default: '32MiB',
    about:
      'Text of conversations kept in memory, so that a prompt reads only new messages; when it is full, those used least recently are dropped.',
  },
  boardMessages: {
    group: 'Data',
    name: 'board-messages',
    env: 'CHATTERD_BOARD_MESSAGES',
    kind: count(1, 1_000_000),
    default: '10000',
    reload: true,
    about: 'Most messages of the public board; a new one then removes the oldest.',
  },
} satisfies Record<string, Setting>
