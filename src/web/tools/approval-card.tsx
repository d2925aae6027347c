import { useEffect, useId, useState } from 'preact/hooks'
import type { ApprovalDecision } from '../../client/types.ts'
import { RevealedText } from '../shell/revealed-text.tsx'
import { isBrowserTool } from './browser-tools.ts'
import type { ShownCall } from './call-words.ts'
import { ScrollBox } from './scroll-box.tsx'
import { approvalLimits, countValues, describeValue, isWhole } from './values/describe-value.ts'
import { prettyJson } from './values/json-text.ts'
import { ValueView } from './values/value-view.tsx'

/** So long after the card has come, in milliseconds, a click was meant for what was there before. */
const unreadFor = 500

/** More values than these scroll in a box of their own, so that the buttons stay near. */
const mostInSight = 24

interface ApprovalCardProps {
  call: ShownCall
  /** Rejects where the decision could not be sent. */
  onDecide(decision: ApprovalDecision): Promise<void>
}

/** Asks whether a call may run: all of it in plain sight, and nothing preselected. */
export function ApprovalCard({ call, onDecide }: ApprovalCardProps) {
  const titleId = useId()
  const [reason, setReason] = useState('')
  const [state, setState] = useState<'unread' | 'open' | 'sending' | 'sent'>('unread')
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setState('open'), unreadFor)
    return () => clearTimeout(timer)
  }, [])

  const decide = async (decision: ApprovalDecision) => {
    setState('sending')
    setProblem(undefined)
    try {
      await onDecide(decision)
      // It is the call's next state that takes the card away.
      setState('sent')
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
      setState('open')
    }
  }
  const deny = () => decide({ decision: 'deny', ...(reason.trim() === '' ? {} : { reason: reason.trim() }) })
  const busy = state !== 'open'
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of more than form fields
    <div class="ask" role="group" aria-labelledby={titleId}>
      <p id={titleId} class="ask-title">
        Allow{' '}
        <span class="tool-mono">
          <bdi>
            <RevealedText text={call.name} />
          </bdi>
        </span>{' '}
        to run {whereOf(call)}?
      </p>
      <p class="hint">
        From{' '}
        <span class="tool-mono">
          <bdi>
            <RevealedText text={call.approval?.source ?? call.side} />
          </bdi>
        </span>
        , with exactly this:
      </p>
      <Action call={call} />
      <div class="ask-decisions">
        <button type="button" disabled={busy} onClick={() => decide({ decision: 'approve' })}>
          Allow once
        </button>
        <button
          type="button"
          disabled={busy}
          title="Calls of this tool run without a question from now on, in this conversation"
          onClick={() => decide({ decision: 'approve', always: true })}
        >
          Always here
        </button>
        <button type="button" disabled={busy} onClick={deny}>
          Deny
        </button>
        <input
          type="text"
          aria-label="Why you deny it, for the model"
          placeholder="Why not? (optional, for the model)"
          maxLength={1000}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <p class="hint">“Always here” allows every later call of this tool in this conversation.</p>
      <p class="hint" role="status">
        {state === 'sending' ? 'Sending…' : state === 'sent' && 'Sent; the server has not confirmed it yet.'}
      </p>
      <p class="tool-problem" role="alert">
        {problem}
      </p>
    </div>
  )
}

function whereOf({ side, name }: ShownCall): string {
  if (side === 'resident') return 'on the server'
  return isBrowserTool(name) ? 'in this browser' : 'in the app that has this tool'
}

/** Every argument, whole: as names and values, or as JSON where these are too many. */
function Action({ call }: { call: ShownCall }) {
  const node = describeValue(call.arguments, approvalLimits)
  if (!isWhole(node))
    return (
      <div class="ask-action">
        <ScrollBox class="text-value exact" label="All arguments, as JSON">
          <bdi>
            <RevealedText text={prettyJson(call.arguments)} />
          </bdi>
        </ScrollBox>
      </div>
    )
  if (Object.keys(call.arguments).length === 0) return <p class="ask-action">no arguments</p>
  const values = <ValueView node={node} exact />
  if (countValues(node) <= mostInSight) return <div class="ask-action">{values}</div>
  return (
    <ScrollBox class="ask-action large" label="All arguments">
      {values}
    </ScrollBox>
  )
}
