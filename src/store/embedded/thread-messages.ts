/** What the thread of the program tells the database's thread. Bytes are PostgreSQL's wire protocol, version 3. */
export type ToDatabase =
  /** A new connection begins: the session is made as new. `bytes` is its start-up packet. */
  | { type: 'open'; connection: number; bytes: Uint8Array<ArrayBuffer> }
  /** Whole messages, up to one that asks for an answer. */
  | { type: 'exchange'; connection: number; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'close' }

/** What the database's thread tells. */
export type FromDatabase =
  | { type: 'ready' }
  /** Bytes of an answer, in order; `last` ends the answer to one `open` or `exchange`. */
  | { type: 'answer'; connection: number; bytes: Uint8Array<ArrayBuffer>; last: boolean }
