import { isMainThread } from 'node:worker_threads'

// Given to a process with `--import`: SIGURG blocks its event loop for as long as the environment variable BUSY_MS says, as heavy
// work does. Its other threads go on.

if (isMainThread) {
  const idle = new Int32Array(new SharedArrayBuffer(4))
  process.on('SIGURG', () => void Atomics.wait(idle, 0, 0, Number(process.env.BUSY_MS)))
}
