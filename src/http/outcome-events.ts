import { type EventChunk, eventRecord, eventsOf, type JournalEvent } from '../protocol/event-chunk.ts'
import type { TurnEnd, TurnEvent } from '../protocol/events.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { StoredOutcome } from '../turn/conversation-directory.ts'

/**
 * A turn that has ended, told from what is stored of it when its events are gone: fewer events than there were, numbered from
 * 1. Whoever has seen some (`after` > 0) is told the whole answers and the end alone, numbered from there. None while it runs.
 */
export function outcomeEvents(outcome: StoredOutcome, after: number): JournalEvent[] {
  const { status } = outcome
  if (status === 'running' || status === 'waiting') return []
  const end: TurnEnd = { type: 'turn-end', status, ...(outcome.error && { error: outcome.error }) }
  const { id: turn, conversation, model } = outcome
  const events: TurnEvent[] = [
    { type: 'turn-start', turn, conversation: conversation.name, model },
    ...outcome.answers.flatMap((answer, place) => replyData(answer, place + 1, outcome)),
    end,
  ]
  const told = after === 0 ? events : events.filter(({ type }) => type === 'step-end' || type === 'turn-end')
  const chunk: EventChunk = { first: after + 1, count: told.length, records: told.map(eventRecord).join('') }
  return eventsOf(chunk)
}

function replyData(answer: LogMessage, step: number, { calls }: StoredOutcome): TurnEvent[] {
  const { seq, content, thinking, complete, usage = {} } = answer
  const message = { role: answer.role, content, ...(thinking && { thinking }), calls: answer.calls }
  const tookOf = (index: number) => calls.find((call) => call.seq === seq && call.index === index)?.ms ?? 0
  const told: TurnEvent[] = [{ type: 'step-start', step }]
  if (thinking) told.push({ type: 'thinking-delta', text: thinking })
  if (content) told.push({ type: 'text-delta', text: content })
  // An answer that was cut off asked for nothing, and its step never ended.
  if (!complete) return told
  for (const { id: callId, name, arguments: args, side } of answer.calls)
    told.push({ type: 'call-start', callId, name, arguments: args, side, offered: false })
  told.push({ type: 'step-end', step, message, usage })
  for (const { id: callId, index, status, output } of answer.calls)
    told.push({
      type: 'call-end',
      callId,
      status,
      ...(output !== undefined && { output }),
      ms: tookOf(index),
    })
  return told
}
