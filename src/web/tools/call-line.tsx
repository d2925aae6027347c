import { useComputed } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ApprovalDecision } from '../../client/types.ts'
import { withoutHidden } from '../shell/hidden-characters.ts'
import { answerHere, type OnAnswer } from './answer-here.ts'
import { ApprovalCard } from './approval-card.tsx'
import { isBrowserTool } from './browser-tools.ts'
import { CallBody } from './call-body.tsx'
import { decisionOf, durationOf, isRunning, markOf, type ShownCall, sideOf, wordOf } from './call-words.ts'
import { Elsewhere } from './elsewhere.tsx'
import { Icon, ResultMark } from './icons.tsx'
import { interactions } from './interactions.ts'
import { lazyView } from './lazy-view.tsx'
import { RunningTime } from './running-time.tsx'
import { useLasting } from './use-lasting.ts'
import { previewValue } from './values/describe-value.ts'
import './controls.css'
import './tools.css'
import './asking.css'
import './values/values.css'

export interface CallLineProps {
  call: ShownCall
  onAnswer: OnAnswer
  onApprove(callId: string, decision: ApprovalDecision): void | Promise<void>
  /** Where a resident tool comes from, where that is known: `builtin`, `mcp:files`. */
  source?: string | undefined
}

const InteractionView = lazyView(async () => (await import('./interaction-view.tsx')).InteractionView)

/** A tool call in the flow: one line, all of it when it is opened, and what it asks the person for. */
export function CallLine({ call, onAnswer, onApprove, source = call.approval?.source }: CallLineProps) {
  const { callId, status } = call
  const [open, setOpen] = useState(false)
  const [decided, setDecided] = useState<string>()
  const summary = useRef<HTMLElement>(null)
  const interaction = useComputed(() => interactions.value.get(callId)).value
  const waits = interaction !== undefined && interaction.request.kind !== 'locating'
  const mark = waits ? 'asked' : markOf(call)
  const offered = status === 'offered'
  const elsewhere = useLasting(offered && !interaction)
  const closing = useRef<AbortController>(undefined)
  useEffect(() => {
    if (!offered) return
    InteractionView.preload()
    return () => closing.current?.abort()
  }, [offered])
  const answer = () => {
    closing.current = new AbortController()
    return answerHere(call, onAnswer, closing.current.signal)
  }

  const decide = async (decision: ApprovalDecision) => {
    await onApprove(callId, decision)
    setDecided(
      decision.decision === 'approve' ? (decision.always ? 'always allowed here' : 'allowed once') : 'denied',
    )
    // The card goes away with the button that had the focus; a person who is elsewhere by now stays there.
    if (document.activeElement === document.body) summary.current?.focus({ preventScroll: true })
  }
  // The same element as long as the call is the same: the rest of the reply may grow many times a second.
  const body = useMemo(() => open && <CallBody call={call} source={source} />, [open, call, source])
  const decision = decisionOf(call) === 'approved' ? (decided ?? 'approved') : undefined
  const quiet = [call.repairs && call.repairs.length > 0 ? 'mended' : undefined, decision]
  // A sign alone says that it runs or is done; a screen reader gets the word.
  const plain = (mark === 'running' || mark === 'done') && !elsewhere
  const word = waits ? 'waits for you' : elsewhere ? 'waits elsewhere' : wordOf(call)
  const name = withoutHidden(call.name.slice(0, 80))
  return (
    <div class="call" data-mark={mark}>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary ref={summary}>
          <span class={mark === 'running' ? 'call-icon running' : 'call-icon'}>
            <Icon shape={call.side === 'device' ? 'browser' : 'server'} />
          </span>
          <bdi class="call-name">{name}</bdi>
          <bdi class="call-preview">{withoutHidden(previewValue(call.arguments))}</bdi>
          <span class="call-note">{quiet.filter((word) => word !== undefined).join(', ')}</span>
          <span class={plain ? 'visually-hidden' : `call-word ${mark}`}>{word}</span>
          <span class="call-side">{sideOf(call, isBrowserTool(call.name))}</span>
          <span class="call-time">
            {isRunning(call) && 'startedAt' in call && call.startedAt !== undefined ? (
              <RunningTime since={call.startedAt} />
            ) : (
              call.ms !== undefined && durationOf(call.ms)
            )}
          </span>
          <ResultMark mark={mark} />
          <span class="call-chevron">
            <Icon shape="open" />
          </span>
        </summary>
        {body}
        {open && elsewhere && <Elsewhere onTake={answer} />}
      </details>
      {mark === 'asked' && (
        <span class="visually-hidden" role="alert">
          {`${name} ${word}`}
        </span>
      )}
      {status === 'asked' && <ApprovalCard call={call} onDecide={decide} />}
      {interaction && <InteractionView key={interaction} interaction={interaction} />}
    </div>
  )
}
