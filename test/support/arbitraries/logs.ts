import fc from 'fast-check'
import type { Call, CallStatus } from '../../../src/protocol/call.ts'
import type { LogMessage, NewMessage } from '../../../src/protocol/message.ts'

const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'What is the weather?',
    'a "quoted"\n\tline',
    '{"json":1}',
    '🎈',
    '\ud83c',
    '\u0000',
  ),
  fc.string({ maxLength: 12 }),
)
const endedStatuses = fc.constantFrom<CallStatus>(
  ...(['succeeded', 'failed', 'timed-out', 'interrupted'] as const),
  ...(['answered', 'expired', 'superseded', 'cancelled'] as const),
)
const anyStatus = fc.oneof(endedStatuses, fc.constantFrom<CallStatus>('running', 'offered'))

function callsWith(statuses: fc.Arbitrary<CallStatus>): fc.Arbitrary<Call[]> {
  const parts = fc.record({
    name: fc.constantFrom('get_weather', 'get_location', 'nothing'),
    arguments: fc.dictionary(fc.constantFrom('city', 'lat'), texts, { maxKeys: 2, noNullPrototype: true }),
    status: statuses,
    output: fc.option(texts, { nil: undefined }),
  })
  return fc.array(parts, { maxLength: 3 }).map((list) =>
    list.map(({ output, status, ...rest }, index): Call => {
      const side = status === 'offered' || status === 'answered' ? 'device' : 'resident'
      const id = `c${index}`
      return { id, index, ...rest, side, status, ...(output !== undefined && { output }) }
    }),
  )
}

interface ArbitraryTurn {
  input: NewMessage[]
  replies: (NewMessage & Pick<LogMessage, 'calls' | 'complete'>)[]
}

function turnsWith(statuses: fc.Arbitrary<CallStatus>): fc.Arbitrary<ArbitraryTurn> {
  const inputs = fc.record({ role: fc.constantFrom<NewMessage['role']>('user', 'system'), content: texts })
  const reply = fc.record({
    content: texts,
    thinking: fc.option(texts, { nil: undefined }),
    calls: callsWith(statuses),
    complete: fc.boolean(),
  })
  return fc.record({
    input: fc.array(inputs, { minLength: 1, maxLength: 2 }),
    replies: fc.array(
      reply.map(({ thinking, ...rest }) => ({
        role: 'assistant' as const,
        ...rest,
        ...(thinking !== undefined && { thinking }),
      })),
      { maxLength: 3 },
    ),
  })
}

/** A conversation's log, and how many of its messages are pinned. */
export interface ArbitraryLog {
  log: LogMessage[]
  pinned: number
}

function logsWith(statuses: fc.Arbitrary<CallStatus>): fc.Arbitrary<ArbitraryLog> {
  const parts = fc.record({
    system: fc.array(texts, { maxLength: 2 }),
    turns: fc.array(turnsWith(statuses), { maxLength: 6 }),
  })
  return parts.map(({ system, turns }) => {
    const messages: Omit<LogMessage, 'seq'>[] = system.map((content) => ({
      ...{ role: 'system', content, turn: null, complete: true, calls: [] },
    }))
    for (const [index, { input, replies }] of turns.entries()) {
      const turn = `t${index + 1}`
      for (const message of input) messages.push({ ...message, turn, complete: true, calls: [] })
      for (const message of replies) messages.push({ ...message, turn })
    }
    return { log: messages.map((message, index) => ({ ...message, seq: index + 1 })), pinned: system.length }
  })
}

/** Logs with calls of every status, open ones too. */
export const logs: fc.Arbitrary<ArbitraryLog> = logsWith(anyStatus)
/** Logs in which every call has ended. */
export const endedLogs: fc.Arbitrary<ArbitraryLog> = logsWith(endedStatuses)

/** Where a prompt may begin: after the pinned messages, and at each turn. */
export function possibleTruncations({ log, pinned }: ArbitraryLog): number[] {
  const starts = log.filter(({ turn }, index) => turn !== null && turn !== log[index - 1]?.turn)
  return [...new Set([pinned + 1, ...starts.map(({ seq }) => seq)])]
}
