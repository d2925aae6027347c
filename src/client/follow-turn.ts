import type { TurnData } from '../protocol/native/turn.ts'
import { answerCall, approveCall } from './answer-calls.ts'
import { ChatterdError, protocolError } from './chatterd-error.ts'
import type { ConnectionState } from './connection-state.ts'
import { type DeviceCallOptions, runDeviceCalls } from './device-calls.ts'
import { hasEnded, resultOf } from './fold-event.ts'
import { keepTrying, type Progress } from './keep-trying.ts'
import { readStream } from './read-stream.ts'
import type { ServerLink } from './server-link.ts'
import { readTurnEvent } from './turn-events.ts'
import { createTurnLog } from './turn-log.ts'
import type { TurnResult } from './turn-state.ts'
import type { ClientEvent, Turn, TurnRequest } from './types.ts'

export interface FollowOptions extends DeviceCallOptions {
  /** Cancels the turn. */
  signal?: AbortSignal | undefined
  /** Ends the following: the turn goes on. */
  leave?: AbortSignal | undefined
}

type TurnEnd = Omit<Extract<ClientEvent, { type: 'turn-end' }>, 'type' | 'number' | 'at'>

/** Asks for the events of a turn after a number. */
export function eventsRequest(link: ServerLink, id: string, after = 0): TurnRequest {
  const path = `/turns/${encodeURIComponent(id)}/events${after > 0 ? `?after=${after}` : ''}`
  return { method: 'GET', url: link.urlOf(path), headers: { accept: 'text/event-stream' } }
}

/** Begins a turn with a request, or follows the one that has an id, at once and to its end. */
export function followTurn(
  link: ServerLink,
  { request, id: known }: { request: TurnRequest; id?: string },
  options: FollowOptions = {},
): Turn {
  const { platform, rules } = link
  const { signal, leave } = options
  const log = createTurnLog(known === undefined ? {} : { id: known, status: 'running' })
  const closing = new AbortController()
  /** True where it is to be cancelled as soon as it is known what has become of its request. */
  let isUnwanted = false
  let isOver = false
  /** Known also where the log is closed before it begins. */
  let begun = known
  let resolve: (result: TurnResult) => void
  let reject: (reason: unknown) => void
  const result = new Promise<TurnResult>((...both) => {
    ;[resolve, reject] = both
  })
  // Whoever reads the events, or looks at the state, need not look at the result.
  result.catch(() => {})

  function finish(failure?: { error: unknown }): void {
    if (isOver) return
    isOver = true
    signal?.removeEventListener('abort', onAbort)
    leave?.removeEventListener('abort', onLeave)
    if (failure) reject(failure.error)
    else resolve(resultOf(log.state))
    log.close(failure)
  }

  async function attempt(own: AbortSignal, progress: Progress): Promise<void> {
    const { id, lastEvent } = log.state
    const parts = id === undefined ? request : eventsRequest(link, id, lastEvent)
    try {
      const response = await link.request(parts, own)
      if (response.status === 204) endWith(await readOutcome(own))
      else await readStream(response, progress, (events) => own.aborted || take(events))
    } catch (error) {
      // It was there, and is not any more.
      const isLost = error instanceof ChatterdError && error.code === 'not-found' && lastEvent > 0
      if (!isLost || own.aborted) throw error
      const detail = 'The turn is gone: its conversation was deleted or emptied.'
      endWith({ status: 'cancelled', error: { code: 'turn-lost', detail } })
    }
  }

  /** Returns true after the last event. Throws where one is missing, so that it is asked for again. */
  function take(events: Parameters<typeof readTurnEvent>[0][]): boolean {
    try {
      for (const raw of events) {
        const event = readTurnEvent(raw, platform.now())
        const { lastEvent } = log.state
        if (event.type === 'refused') throw event.error
        if (event.type === 'turn-start') begun = event.turn
        if (isOver) continue
        if (!('number' in event) || event.number === lastEvent + 1) log.add(event)
        else if (event.number > lastEvent) throw protocolError(`no event ${lastEvent + 1}`)
      }
    } finally {
      log.publish()
    }
    if (isUnwanted) giveUp()
    return hasEnded(log.state)
  }

  /** The server has no more events, and the end has not come: it is what the turn is now. */
  async function readOutcome(own: AbortSignal): Promise<TurnEnd> {
    const { status, error } = await link.json<TurnData>(`/turns/${log.state.id}`, { signal: own })
    if (status === 'running' || status === 'waiting') throw protocolError(status)
    return { status, ...(error && { error }) }
  }

  function endWith(end: TurnEnd): void {
    log.add({ ...end, type: 'turn-end', number: log.state.lastEvent + 1, at: platform.now() })
    finish()
    closing.abort()
  }

  async function sendCancel(): Promise<void> {
    await link.insist(`/turns/${begun}/cancel`, { method: 'POST' }).catch((error) => {
      // It is gone, and so is what there was to cancel.
      if (error.code !== 'not-found') throw error
    })
  }

  /** What is unwanted is cancelled once it has begun, and leaves the queue where it waits. */
  function giveUp(): void {
    isUnwanted = false
    if (begun === undefined) endWith({ status: 'cancelled' })
    else sendCancel().catch(() => {})
    if (isOver) closing.abort()
  }

  async function cancel(): Promise<void> {
    if (hasEnded(log.state)) return
    if (begun !== undefined) return sendCancel()
    isUnwanted = true
    // Where a request is on its way, the turn may begin: its first event says so.
    if (log.state.status === 'queued' || log.state.connection.state === 'waiting') giveUp()
    await result.catch(() => {})
  }

  function onAbort(): void {
    cancel().catch(() => {})
    log.fail('cancelled', signal?.reason)
    finish({ error: signal?.reason })
    if (!isUnwanted) closing.abort()
  }

  function onConnection(state: ConnectionState): void {
    log.add({ type: 'connection', at: platform.now(), ...state })
    log.publish()
    if (isUnwanted && state.state === 'waiting') giveUp()
  }

  function onLeave(): void {
    log.fail('cancelled', leave?.reason)
    finish({ error: leave?.reason })
    closing.abort()
  }

  runDeviceCalls(link, log, options)
  signal?.addEventListener('abort', onAbort)
  leave?.addEventListener('abort', onLeave)
  const attempts = () => (log.state.id === undefined ? rules.attempts : Number.POSITIVE_INFINITY)
  keepTrying({ attempt, attempts, onConnection, signal: closing.signal }, rules, platform).then(
    () => finish(),
    (error) => {
      log.fail('failed', error)
      finish({ error })
    },
  )
  if (signal?.aborted) onAbort()

  return {
    get id() {
      return log.state.id
    },
    get state() {
      return log.state
    },
    request,
    result,
    subscribe: log.subscribe,
    cancel,
    answer: (callId, answer) => answerCall(link, log.state, callId, answer),
    approve: (callId, decision) => approveCall(link, log.state, callId, decision),
    [Symbol.asyncIterator]: () => log[Symbol.asyncIterator](),
  }
}
