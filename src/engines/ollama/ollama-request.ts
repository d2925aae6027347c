import type { Timeouts } from '../http1/deadline.ts'

/** A request to Ollama. */
export interface OllamaRequest {
  method: 'GET' | 'POST'
  /** After the host's prefix: `/api/chat`, … */
  path: string
  /** JSON. */
  body?: string
}

/** A response whose head has come. */
export interface OllamaResponse {
  status: number
  contentType: string
  /** What has come, read by read. It throws `ChatterdError`s, or the reason of the signal; ending it early closes the connection. */
  body: AsyncIterableIterator<Buffer, undefined>
  /** Ignores the rest of the response: its reader has all it needs. */
  finish(): void
}

/** An Ollama server. */
export interface OllamaHost {
  /** Rejects as the body throws. Aborting `signal` closes the connection, and so stops the engine. */
  request(request: OllamaRequest, timeouts: Timeouts, signal: AbortSignal): Promise<OllamaResponse>
  close(): Promise<void>
}

/** Where an Ollama server is. */
export interface OllamaAddress {
  url: URL
  /** The part of paths before `/api`, without a slash at its end. */
  prefix: string
  /** The value of the header `authorization`. */
  authorization?: string
  /** Its name in error messages. */
  label: string
}
