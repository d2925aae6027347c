// What the main thread and the database's thread send each other. Bytes are PostgreSQL's wire protocol, version 3. An exchange is what
// a client sends before it waits for a response: whole messages, the last of them Query or Sync.

export type ToDatabase =
  /** A connection opens: the session is reset. `bytes`: its start-up packet. */
  | { type: 'open'; connection: number; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'exchange'; connection: number; bytes: Uint8Array<ArrayBuffer> }
  | { type: 'close' }

export type FromDatabase =
  | { type: 'ready' }
  /** A part of the response to one `open` or `exchange`, in order; `last`: the response ends with it. */
  | { type: 'response'; connection: number; bytes: Uint8Array<ArrayBuffer>; last: boolean }
