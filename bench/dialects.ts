import { checkEvents, checkResponse } from './check-response.ts'

/** How a server is spoken to. The pipe takes the classic dialect. */
export type Dialect = 'classic' | 'native'

/** One prompt as a request. */
export interface PromptRequest {
  path: string
  headers: Record<string, string>
  body: string
}

/** The request of a prompt; the response is a stream of events. */
export function promptRequest(
  dialect: Dialect,
  conversation: string,
  model: string,
  question: string,
): PromptRequest {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  if (dialect === 'native') {
    const path = `/chatterd/v1/conversations/${encodeURIComponent(conversation)}/turns`
    return { path, headers, body: JSON.stringify({ model, input: question }) }
  }
  const messages = [{ role: 'user', content: question }]
  const body = JSON.stringify({ appID: conversation, model, messages, stream: true })
  return { path: '/llmtools', headers, body }
}

/** True once a stream holds a first token. */
export function hasToken(dialect: Dialect, body: string): boolean {
  return body.includes(dialect === 'native' ? 'event: text-delta' : 'data:')
}

/** Throws where a stream does not have exactly these tokens, in order, and one end. */
export function checkStream(dialect: Dialect, body: string, tokens: number): void {
  if (dialect === 'native') checkEvents(body, tokens)
  else checkResponse(body, tokens)
}
