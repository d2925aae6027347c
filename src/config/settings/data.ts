import { dataFolder } from '../data-folder.ts'
import { bytes, count, databaseUrl, duration, path } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** Settings of the data: where conversations are kept. */
export const dataSettings = {
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
  logCacheBytes: {
    group: 'Data',
    name: 'log-cache',
    env: 'CHATTERD_LOG_CACHE',
    kind: bytes('0B', '64GiB'),
    default: '32MiB',
    about:
      'Text of conversations kept in memory, so that a prompt reads only what is new; past it, the least used go.',
  },
  boardMessages: {
    group: 'Data',
    name: 'board-messages',
    env: 'CHATTERD_BOARD_MESSAGES',
    kind: count(1, 1_000_000),
    default: '10000',
    about: 'Newest messages that GET /getchatts returns; older ones stay stored and are left out.',
  },
} satisfies Record<string, Setting>
