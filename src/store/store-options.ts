/** Options of the store. Times in milliseconds. */
export interface StoreOptions {
  /** The id of this process: a new UUID at each start. */
  runner: string
  /** How long after the last heartbeat of a process its turns have ended. */
  leaseMs: number
  /** How many device tools a conversation may have. */
  maxTools: number
  /** True where no other process can use the same database. */
  alone: boolean
  /** The size of the cache of conversation logs, in bytes. */
  logCacheBytes: number
  /** How many requests may wait in the queue of a conversation. */
  busyQueue: number
  /** How many events of a turn may be published before they are in the journal. */
  maxUnjournaledEvents: number
  /** How long a device has to send the result of a call. */
  callTimeoutMs: number
  /** How long an idempotency key is kept. */
  keyLifeMs: number
  /** How long the events of a turn are kept after its end. */
  eventRetentionMs: number
  /** How many times a call may be started, where its tool may be started again. */
  toolStarts: number
}
