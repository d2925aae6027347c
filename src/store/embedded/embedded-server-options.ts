export interface EmbeddedServerOptions {
  /** How long the thread may take to be ready, in ms; default 60,000: a log may have to be replayed. */
  startTimeoutMs?: number
  /** How long a statement may go on whose client has given it up, in ms; default 30,000. Then the thread is started anew. */
  abandonedTimeoutMs?: number
  /** How often the thread may end by itself within `restartWindowMs`, and is started anew; default 3 within 60,000 ms. */
  maxRestarts?: number
  restartWindowMs?: number
  /** How long a clean end may take, in ms; default 5,000. */
  closeTimeoutMs?: number
  /** Told when the thread has ended too often: there will be no connection any more. */
  onFatal?: (error: Error) => void
}

export const defaultOptions = {
  startTimeoutMs: 60_000,
  abandonedTimeoutMs: 30_000,
  maxRestarts: 3,
  restartWindowMs: 60_000,
  closeTimeoutMs: 5_000,
}
