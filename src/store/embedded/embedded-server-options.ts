/** Times in milliseconds. */
export interface EmbeddedServerOptions {
  /** How long the start of the thread may take; default 60,000: the write-ahead log may have to be replayed. */
  startTimeoutMs?: number
  /** How long a statement may go on after its client has disconnected; default 30,000. Then the thread is restarted. */
  abandonedTimeoutMs?: number
  /** How often a thread that ends by itself is restarted within `restartWindowMs`; default 3 times within 60,000. */
  maxRestarts?: number
  restartWindowMs?: number
  /** How long a clean shutdown may take; default 5,000. */
  closeTimeoutMs?: number
  /** Called when the thread has ended too often. No connection can be opened any more. */
  onFatal?: (error: Error) => void
}

export const defaultOptions = {
  startTimeoutMs: 60_000,
  abandonedTimeoutMs: 30_000,
  maxRestarts: 3,
  restartWindowMs: 60_000,
  closeTimeoutMs: 5_000,
}
