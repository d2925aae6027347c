import { Agent } from 'undici'

/** An Ollama that is spoken to, and the connections to it. */
export interface OllamaHost {
  agent: Agent
  origin: string
  /** What stands before `/api` in paths, without a slash at its end. */
  prefix: string
  /** What it is called in errors. */
  label: string
}

/**
 * `baseUrl` is what stands before `/api`. undici's own time-outs are off but for connecting, which frees its sockets: ours count, and
 * its 300 s would end the loading of a large model. HTTP/1.1 only: there, closing the connection is what stops the engine.
 */
export function connectOllama(baseUrl: string, connectTimeoutMs: number): OllamaHost {
  const agent = new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
    allowH2: false,
    pipelining: 1,
  })
  const { origin, pathname } = new URL(baseUrl)
  return { agent, origin, prefix: pathname.replace(/\/+$/, ''), label: `Ollama at ${baseUrl}` }
}
