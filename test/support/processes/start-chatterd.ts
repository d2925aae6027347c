import { tmpdir } from 'node:os'
import { loadConfig } from '../../../src/config/load-config.ts'
import { serve } from '../../../src/main.ts'
import type { Server } from '../../../src/server.ts'

/** Where it does not matter to a test, chatterd is quiet, on a free port, and does not wait at its end. */
const defaults = {
  HOST: '127.0.0.1',
  PORT: '0',
  CHATTERD_PAGE: 'off',
  CHATTERD_LOG_LEVEL: 'silent',
  CHATTERD_DRAIN_TIMEOUT: '100ms',
}

/** Starts the product, put together as it is in earnest, from these environment variables, and the settings file in `cwd`, if any. */
export function startChatterd(
  env: Record<string, string>,
  { cwd = import.meta.dirname } = {},
): Promise<Server> {
  const machine = { platform: process.platform, home: tmpdir(), cwd }
  // A test says itself when they are read again.
  const read = () => ({ config: loadConfig({ ...machine, env: { ...defaults, ...env } }), files: [] })
  return serve(read(), { version: '0.0.0-test', out: () => {}, readAgain: read })
}
