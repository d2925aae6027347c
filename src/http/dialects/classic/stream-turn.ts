import type { FastifyReply } from 'fastify'
import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { AdmittedTurn } from '../../../stream/admission.ts'
import type { TurnListener } from '../../../stream/subscribers.ts'
import type { Replay, RequestKey, StoredCall } from '../../../turn/ports/conversation-store.ts'
import type { TurnRequest } from '../../../turn/ports/turn-state.ts'
import { retryOnConflict } from '../../retry-on-conflict.ts'
import { type ClassicResponse, openResponse } from './classic-response.ts'
import { dataEvent, encodeCallsLine } from './encode-events.ts'
import { makeCallsLine, makeEndLine } from './engine-lines.ts'
import { matchResults, type PostedResults } from './match-results.ts'
import type { ClassicPorts } from './ports.ts'
import { streamReplay } from './stream-replay.ts'

/** What a request asks for besides its messages. */
export interface ClassicPrompt {
  conversation: ConversationKey
  request: TurnRequest
  tools?: ToolSchema[]
  key?: RequestKey
}

/** Begins a turn and streams its events. Throws an error only while nothing has been sent. */
export function streamNewTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  messages: readonly NewMessage[],
  ports: ClassicPorts,
): Promise<void> {
  const beginning = { ...prompt, messages, whenBusy: 'queue' as const, idleMs: ports.limits.busyGraceMs }
  return respond(reply, ports, async (response) => {
    const { disconnected, listener } = response
    if (prompt.key) {
      const admitted = await ports.turns.begin(beginning, disconnected)
      return await streamReplay(response, admitted, prompt.request.model, ports)
    }
    const { live } = await ports.turns.begin(beginning, disconnected, listener)
    response.follow(live)
    await sendToEnd(response, prompt.request.model, ports)
  })
}

/** Sends what is left of a turn; where this process loses it, from the journal. */
async function sendToEnd(response: ClassicResponse, model: string, ports: ClassicPorts): Promise<void> {
  const rest = await response.ended
  if (rest) await streamReplay(response, rest, model, ports)
}

/** Stores results of device calls and streams the rest of their turn. Throws an error only while nothing has been sent. */
export function streamResumedTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  posted: PostedResults,
  ports: ClassicPorts,
): Promise<void> {
  const { model } = prompt.request
  return respond(reply, ports, async (response) => {
    const stored = await storeResults(prompt, posted, ports, prompt.key ? undefined : response.listener)
    if ('openCalls' in stored) {
      return response.sse.end(encodeWaiting(model, stored.openCalls))
    }
    if (prompt.key) return await streamReplay(response, stored, model, ports)
    response.follow(stored.live)
    await sendToEnd(response, model, ports)
  })
}

/** Streams the turn of an earlier request with the same key. Throws an error only while nothing has been sent. */
export function streamReplayedTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  replay: Replay,
  ports: ClassicPorts,
): Promise<void> {
  return respond(reply, ports, (response) => streamReplay(response, replay, prompt.request.model, ports))
}

async function respond(
  reply: FastifyReply,
  { limits }: ClassicPorts,
  send: (response: ClassicResponse) => Promise<void>,
): Promise<void> {
  const response = openResponse(reply, limits)
  try {
    await send(response)
  } catch (error) {
    response.sse.release()
    throw error
  }
}

/** The turn that goes on with these results; or, where it still waits, the open calls to send to the device again. */
function storeResults(
  { conversation, tools, key }: ClassicPrompt,
  posted: PostedResults,
  { turns, store }: ClassicPorts,
  listener: TurnListener | undefined,
): Promise<AdmittedTurn | { openCalls: StoredCall[] }> {
  return retryOnConflict(async () => {
    const newest = await store.newestTurn(conversation)
    // A replay does not depend on the present state of the calls, so it comes before they are matched.
    if (newest && key) {
      const earlier = await turns.storeResults({ turn: newest.turn, results: [], key })
      if (earlier.result === 'replay') return earlier
    }
    const results = matchResults(posted, newest)
    const openCalls = newest?.calls.filter((call) => call.status === 'offered') ?? []
    if (!newest || results.length === 0) return { openCalls }
    // While resident calls of the turn still run, their events belong to the response that is still open for the request before.
    await turns.whenNotRunning(newest.turn)
    const stored = await turns.storeResults(
      { turn: newest.turn, results, ...(tools && { tools }), ...(key && { key }) },
      listener,
    )
    if (stored.result === 'conflict') return 'conflict'
    return stored.result === 'recorded' ? { openCalls: [] } : stored
  })
}

/** A complete response for a turn that still waits: these calls again, and the end. */
function encodeWaiting(model: string, openCalls: readonly StoredCall[]): string {
  const head = { model, createdAt: new Date() }
  const calls = openCalls.length > 0 ? encodeCallsLine(makeCallsLine(head, openCalls)) : ''
  return calls + dataEvent(makeEndLine(head))
}
