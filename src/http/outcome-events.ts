import { type EventChunk, eventRecord, eventsOf, type JournalEvent } from '../protocol/event-chunk.ts'
import type { TurnEnd, TurnEvent } from '../protocol/events.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { StoredOutcome } from '../turn/ports/conversation-directory.ts'

/**
 * Events made from the stored outcome of a turn that has ended, for when its own events have been pruned: one delta for each text,
 * numbered from 1. For a client that already has some (`after` > 0) only `step-end` of each step and `turn-end`, numbered from
 * there. None while the turn is active.
 */
export function outcomeEvents(outcome: StoredOutcome, after: number): JournalEvent[] {
  const { status } = outcome
  if (status === 'running' || status === 'waiting') return []
  const end: TurnEnd = { type: 'turn-end', status, ...(outcome.error && { error: outcome.error }) }
  const { id: turn, conversation, model } = outcome
  const events: TurnEvent[] = [
    { type: 'turn-start', turn, conversation: conversation.name, model },
    ...outcome.replies.flatMap((reply, index) => stepEvents(reply, index + 1, outcome)),
    end,
  ]
  const sent = after === 0 ? events : events.filter(({ type }) => type === 'step-end' || type === 'turn-end')
  const chunk: EventChunk = { first: after + 1, count: sent.length, records: sent.map(eventRecord).join('') }
  return eventsOf(chunk)
}

function stepEvents(reply: LogMessage, step: number, { calls }: StoredOutcome): TurnEvent[] {
  const { seq, content, thinking, complete, usage = {}, finishReason = 'stop' } = reply
  const message = { role: reply.role, content, ...(thinking && { thinking }), calls: reply.calls }
  const durationOf = (index: number) =>
    calls.find((call) => call.seq === seq && call.index === index)?.ms ?? 0
  const events: TurnEvent[] = [{ type: 'step-start', step }]
  if (thinking) events.push({ type: 'thinking-delta', text: thinking })
  if (content) events.push({ type: 'text-delta', text: content })
  // The step of an incomplete reply never ended, and its calls are not stored.
  if (!complete) return events
  for (const { id: callId, name, arguments: args, side } of reply.calls)
    events.push({ type: 'call-start', callId, name, arguments: args, side, offered: false })
  events.push({ type: 'step-end', step, message, usage, finishReason })
  for (const { id: callId, index, status, output } of reply.calls)
    events.push({
      type: 'call-end',
      callId,
      status,
      ...(output !== undefined && { output }),
      ms: durationOf(index),
    })
  return events
}
