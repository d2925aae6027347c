import type { ClientEvent } from '../../client/types.ts'
import { durationOf } from '../tools/call-words.ts'
import { previewValue } from '../tools/values/describe-value.ts'
import type { WireRow } from './event-log.ts'

const longest = 160

/** What a line of the wire says beside the event's name. */
export function summarizeRow({ events, count }: WireRow): string {
  const [first] = events
  if (!first) return ''
  if (first.type === 'text-delta' || first.type === 'thinking-delta') {
    const text = events
      .slice(0, 40)
      .map((event) => ('text' in event ? event.text : ''))
      .join('')
    return oneLine(text)
  }
  if (first.type === 'logprobs') return `${count} ${count === 1 ? 'event' : 'events'}`
  return oneLine(summarize(first))
}

function summarize(event: ClientEvent): string {
  switch (event.type) {
    case 'turn-start':
      return `${event.model} in ${event.conversation}`
    case 'step-start':
      return `step ${event.step}`
    case 'call-start':
      return `${event.name} ${previewValue(event.arguments)}`
    case 'call-approved':
      return event.callId
    case 'call-end':
      return `${event.status} after ${durationOf(event.ms)}: ${event.output ?? event.error ?? ''}`
    case 'step-end':
      return `${event.finishReason}, ${tokens(event.usage.promptTokens)} read, ${tokens(event.usage.outputTokens)} written`
    case 'turn-waiting':
      return `for ${event.calls.join(', ')}`
    case 'notice':
      return `${event.code}: ${event.detail}`
    case 'turn-end':
      return event.error ? `${event.status}: ${event.error.code}` : event.status
    case 'queued':
      return `number ${event.position} in the queue`
    case 'connection':
      return event.state === 'waiting' && event.error ? `waiting: ${event.error.detail}` : event.state
    default:
      return ''
  }
}

function tokens(count: number | undefined): string {
  return count === undefined ? '? tokens' : `${count} tokens`
}

function oneLine(text: string): string {
  const line = text
    .slice(0, longest * 2)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
