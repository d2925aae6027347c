import fc from 'fast-check'
import type { CallData } from '../../../src/protocol/native/turn.ts'
import type { Fault, ScriptedEvent } from '../clients/sdk/fake-server.ts'

/** What a step of a script has. */
interface ScriptedStep {
  deltas: string[]
  thoughts: string[]
  device: number
  resident: number
}

const texts = fc.array(fc.constantFrom('', 'It ', 'is 🌊', '\n\n', 'é', 'data: x\r\n', '{"a":1}'), {
  maxLength: 4,
})
const steps = fc.array(
  fc.record({ deltas: texts, thoughts: texts, device: fc.nat(2), resident: fc.nat(2) }),
  { minLength: 1, maxLength: 4 },
)

/** The events of a whole turn, as chatterd sends them. The output of a device call is what the device sends. */
export const turnScripts: fc.Arbitrary<ScriptedEvent[]> = fc
  .record({ steps, status: fc.constantFrom('completed', 'cancelled', 'failed') })
  .map(({ steps, status }) => {
    const turn = '0194d3c0-1f5e-7a51-b8a1-6a1f0f3c2a11'
    const error = { code: 'engine-cut', detail: 'The reply broke off' } as const
    return [
      { type: 'turn-start', data: { turn, conversation: 'c', model: 'm' } },
      ...steps.flatMap((step, index) => stepEvents(step, index + 1, index === steps.length - 1)),
      { type: 'turn-end', data: { status, ...(status === 'failed' && { error }) } },
    ]
  })

function stepEvents(
  { deltas, thoughts, device, resident }: ScriptedStep,
  step: number,
  isLast: boolean,
): ScriptedEvent[] {
  const sides = isLast ? [] : [...Array(device).fill('device'), ...Array(resident).fill('resident')]
  const calls = sides.map((side, index): CallData => {
    const status = side === 'device' ? 'offered' : 'running'
    return { callId: `call_${step}_${index}`, name: `on_${side}`, arguments: { step, index }, side, status }
  })
  const waiting = calls.filter(({ side }) => side === 'device').map(({ callId }) => callId)
  const content = deltas.join('')
  const thinking = thoughts.join('')
  return [
    { type: 'step-start', data: { step } },
    ...thoughts.map((text): ScriptedEvent => ({ type: 'thinking-delta', data: { text } })),
    ...deltas.map((text): ScriptedEvent => ({ type: 'text-delta', data: { text } })),
    ...calls.map(({ status: _, ...call }): ScriptedEvent => ({ type: 'call-start', data: call })),
    {
      type: 'step-end',
      data: {
        ...{
          step,
          usage: { promptTokens: 5, outputTokens: 2 },
          finishReason: isLast ? 'stop' : 'tool-calls',
        },
        message: { role: 'assistant', content, ...(thinking && { thinking }), calls },
      },
    },
    ...calls
      .filter(({ side }) => side === 'resident')
      .map(
        ({ callId }): ScriptedEvent => ({
          type: 'call-end',
          data: { callId, status: 'succeeded', output: 'fine', ms: 3 },
        }),
      ),
    ...(waiting.length > 0 ? [{ type: 'turn-waiting', data: { calls: waiting } } as const] : []),
    ...waiting.map(
      (callId): ScriptedEvent => ({ type: 'call-end', data: { callId, status: 'answered', ms: 9 } }),
    ),
  ]
}

/** What goes wrong with the requests of a client, in their order. */
export const faultTapes: fc.Arbitrary<Fault[]> = fc.array(
  fc.oneof(
    fc.constant<Fault>({ kind: 'none' }),
    fc.constant<Fault>({ kind: 'unsent' }),
    fc.constant<Fault>({ kind: 'unanswered' }),
    fc.record({ kind: fc.constant('busy' as const), retryAfter: fc.nat(20) }),
    fc.record({
      kind: fc.constant('cut' as const),
      after: fc.nat(600),
      how: fc.constantFrom('end', 'error', 'reconnect'),
    }),
    fc.record({ kind: fc.constant('repeat' as const), events: fc.nat(5) }),
  ),
  { maxLength: 25 },
)
