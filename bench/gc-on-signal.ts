import { isMainThread } from 'node:worker_threads'

// Loaded into a server whose memory is measured, so that what is garbage is not counted.
if (isMainThread) process.on('SIGWINCH', () => globalThis.gc?.())
