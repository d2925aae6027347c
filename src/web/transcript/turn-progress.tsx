import { useEffect, useState } from 'preact/hooks'
import type { TurnState } from '../../client/types.ts'
import { usePage } from '../shell/page.ts'
import { interactions } from '../tools/interactions.ts'
import { Elapsed } from './elapsed.tsx'
import { hasEnded } from './entries.ts'

/** After so many milliseconds without a sign of the model, what it waits for is asked for. */
const patience = 700

/** What happens now in the turn that runs, in one line. */
export function TurnProgress() {
  const page = usePage()
  const { turn } = page.state.value
  const isWaiting = turn !== undefined && waitsForModel(turn)
  const patient = usePatience(isWaiting)
  useEffect(() => page.catalog.watchEngine(patient), [page, patient])
  if (turn === undefined || hasEnded(turn.status)) return null
  const engine = page.catalog.engine.value
  return (
    <>
      {patient && engine?.state === 'loading' ? (
        <>
          <Pulse />
          <span>
            Loading {engine.model ?? 'the model'} · <Elapsed since={Date.parse(engine.since)} />
          </span>
        </>
      ) : (
        <ProgressWords turn={turn} />
      )}
    </>
  )
}

function ProgressWords({ turn }: { turn: TurnState }) {
  const reply = turn.replies.at(-1)
  const open = reply?.calls.filter(({ callId }) => turn.openCalls.includes(callId)) ?? []
  if (turn.status === 'queued')
    return <>Waiting for another answer of this conversation{place(turn.position)}</>
  if (open.some(({ status }) => status === 'asked')) return <>Waiting for your decision</>
  const isAsked = ({ callId }: { callId: string }) => {
    const request = interactions.value.get(callId)?.request
    return request !== undefined && request.kind !== 'locating'
  }
  if (open.some(isAsked)) return <>Waiting for your answer</>
  if (open.some(({ side }) => side === 'device')) return <>Waiting for the device</>
  if (open.length > 0 || (reply && reply.text !== '' && !reply.complete)) return <Pulse />
  return (
    <>
      <Pulse />
      <span class="visually-hidden">{turn.status === 'sending' ? 'Sending' : 'The model reads'}</span>
    </>
  )
}

function place(position: number | undefined): string {
  return position === undefined ? '' : ` · ${position === 1 ? 'next' : `place ${position}`} in the queue`
}

function Pulse() {
  return <span class="pulse" aria-hidden="true" />
}

function waitsForModel({ status, replies }: TurnState): boolean {
  if (status !== 'running') return false
  const reply = replies.at(-1)
  return reply === undefined || (reply.text === '' && reply.thinking === '' && reply.calls.length === 0)
}

/** True once something has lasted for a while. */
function usePatience(lasts: boolean): boolean {
  const [long, setLong] = useState(false)
  useEffect(() => {
    setLong(false)
    if (!lasts) return
    const timer = setTimeout(() => setLong(true), patience)
    return () => clearTimeout(timer)
  }, [lasts])
  return lasts && long
}
