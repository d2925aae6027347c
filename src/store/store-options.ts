/** What the store is told at its start. Times in milliseconds. */
export interface StoreOptions {
  /** This process, among those that serve the same database: a new UUID at each start. */
  runner: string
  /** How long a turn belongs to a process that gives no sign of life. */
  leaseMs: number
  /** Device tools that a conversation may have. */
  maxTools: number
  /** True where no other process can serve the same database. */
  alone: boolean
  /** Text of logs that is remembered, so that it need not be read again. */
  logCacheBytes: number
  /** Requests that may wait for one conversation. */
  busyQueue: number
  /** Events of a turn that may be told before they are in the journal. */
  maxUnjournaledEvents: number
  /** How long a device has to answer a call. */
  callTimeoutMs: number
  /** How long a request is known by its key. */
  keyLifeMs: number
  /** How long the events of a turn that has ended are kept. */
  eventRetentionMs: number
  /** How often a call is started at most, where its tool may be started again. */
  toolStarts: number
}
