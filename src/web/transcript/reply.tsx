import { useRef } from 'preact/hooks'
import { CopyButton } from '../shell/copy-button.tsx'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'
import { CallLine } from '../tools/call-line.tsx'
import type { ReplyEntry } from './entries.ts'
import { Markdown } from './markdown/markdown.tsx'
import { memo } from './memo.ts'
import { MessageTime } from './message-time.tsx'
import { SiblingSwitch } from './sibling-switch.tsx'
import { Thinking } from './thinking.tsx'

/** What the model has replied in one step: its thinking, its text, its calls; and what can be done with it. */
export const Reply = memo(function Reply({ entry }: { entry: ReplyEntry }) {
  const page = usePage()
  const thoughtMs = useRef(entry.thoughtMs)
  thoughtMs.current = entry.thoughtMs ?? thoughtMs.current
  const durations = useRef(new Map<string, number>())
  for (const { callId, ms } of entry.calls)
    if (ms !== undefined && !durations.current.has(callId)) durations.current.set(callId, ms)
  const { text, thinking, calls, growing, interrupted, last } = entry
  const view = page.view.value
  const source = (name: string) => page.catalog.tools.value.find((tool) => tool.name === name)?.source
  return (
    <article class="entry reply" aria-label="Reply" aria-busy={growing}>
      {thinking !== '' && (
        <Thinking
          text={thinking}
          growing={growing && text === ''}
          ms={thoughtMs.current}
          since={entry.thinkingSince}
        />
      )}
      {text !== '' && <Markdown text={text} growing={growing} />}
      {calls.length > 0 && (
        <div class="calls">
          {calls.map((call) => (
            <CallLine
              key={call.callId}
              call={withDuration(call, durations.current.get(call.callId))}
              source={call.side === 'resident' ? source(call.name) : undefined}
              onAnswer={(callId, result) => view.answer(callId, result)}
              onApprove={(callId, decision) => view.approve(callId, decision)}
            />
          ))}
        </div>
      )}
      {interrupted && <p class="note">This answer was stopped before its end.</p>}
      {entry.finishReason === 'length' && (
        <p class="note">This answer was cut off at the model’s limit of length.</p>
      )}
      {last && <ReplyActions entry={entry} />}
    </article>
  )
})

/** What was seen first stays: the log also counts how long a call has waited to be approved, and to be stored. */
function withDuration(call: ReplyEntry['calls'][number], ms: number | undefined) {
  return ms === undefined || call.ms === ms ? call : { ...call, ms }
}

function ReplyActions({ entry }: { entry: ReplyEntry }) {
  const page = usePage()
  const { text, promptSeq, usage } = entry
  return (
    <div class="actions">
      {text !== '' && <CopyButton text={text} label="Copy the answer" />}
      <button
        type="button"
        class="quiet icon-button"
        aria-label="Answer again"
        title="Answer again"
        disabled={promptSeq === undefined}
        onClick={() => promptSeq !== undefined && page.send([], { after: promptSeq })}
      >
        <Icon name="again" />
      </button>
      <SiblingSwitch entry={entry} />
      <span class="facts">{factsOf(usage)}</span>
      <MessageTime time={entry.createdAt} />
    </div>
  )
}

function factsOf(usage: ReplyEntry['usage']): string {
  if (usage === undefined) return ''
  const { outputTokens = 0, outputMs = 0, leftOut = 0 } = usage
  const speed = outputTokens > 0 && outputMs > 0 ? (outputTokens / outputMs) * 1_000 : 0
  const facts = [
    speed > 0 ? `${speed.toFixed(speed < 10 ? 1 : 0)} tokens/s` : '',
    leftOut > 0 ? `without ${leftOut} older messages, for which the context has no room` : '',
  ]
  return facts.filter((fact) => fact !== '').join(' · ')
}
