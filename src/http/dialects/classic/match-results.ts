import { ChatterdError } from '../../../protocol/errors.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { NewestTurn, StoredCall } from '../../../turn/conversation-store.ts'
import type { CallOutcome } from '../../../turn/turn-store.ts'

/** A result as a phone sends it; hardly any sends an id or a name. */
export interface PostedResult {
  content: string
  callId?: string
  name?: string
}

/** What a phone posts when it has run its tools: the messages of its first POST again (shape B) or none (A), and results. */
export interface PostedResults {
  /** The user's and system's messages among them; what the assistant said is not the client's to tell. */
  prefix: readonly NewMessage[]
  results: readonly PostedResult[]
}

/**
 * Which open calls of the conversation's newest turn these results answer; none where all of them are known already.
 * Throws `no-open-call`, also for results that belong to another prompt: nothing may be stored then.
 */
export function matchResults(posted: PostedResults, newest: NewestTurn | undefined): CallOutcome[] {
  const open = newest?.calls.filter((call) => call.status === 'offered') ?? []
  if (!newest || open.length === 0)
    throw noOpenCall('The conversation has no open call that these results could answer.')
  checkPrefix(posted.prefix, newest.input)
  // Only in shape B do results of earlier rounds come again.
  const fresh = posted.prefix.length > 0 ? withoutKnown(posted.results, newest.calls) : posted.results
  const { named, unnamed } = splitByName(fresh)
  const answers = named.flatMap((result) => answerNamed(result, newest.calls, open))
  return [...answers, ...answerInOrder(unnamed, open)]
}

function checkPrefix(prefix: readonly NewMessage[], input: readonly NewMessage[]): void {
  if (prefix.length === 0) return
  const asked = input.filter((message) => message.role !== 'assistant')
  const same = (message: NewMessage, place: number) =>
    message.role === asked[place]?.role && message.content === asked[place].content
  if (prefix.length === asked.length && prefix.every(same)) return
  throw noOpenCall('These results belong to another prompt than the one whose calls are open.')
}

function splitByName(results: readonly PostedResult[]): { named: PostedResult[]; unnamed: PostedResult[] } {
  const named = results.filter((result) => result.callId !== undefined || result.name !== undefined)
  return { named, unnamed: results.filter((result) => !named.includes(result)) }
}

/** The call that an id or a name decides, taken from those that are open; none where the very same result is there already. */
function answerNamed(result: PostedResult, calls: readonly StoredCall[], open: StoredCall[]): CallOutcome[] {
  const place = open.findIndex((call) => fitsCall(result, call))
  const [call] = place < 0 ? [] : open.splice(place, 1)
  if (call) return [outcome(call, result.content)]
  if (calls.some((call) => isRepeated(result, call))) return []
  throw noOpenCall(
    `No open call ${result.callId === undefined ? `of "${result.name}"` : `"${result.callId}"`}.`,
  )
}

/** What is new: the results of earlier rounds stand before, in the order of their calls. */
function withoutKnown(
  results: readonly PostedResult[],
  calls: readonly StoredCall[],
): readonly PostedResult[] {
  const answered = calls.filter((call) => call.status === 'answered')
  const known = results.findIndex((result, place) => {
    const call = answered[place]
    return !call || !isRepeated(result, call)
  })
  return known < 0 ? [] : results.slice(known)
}

function isRepeated(result: PostedResult, call: StoredCall): boolean {
  return call.status === 'answered' && call.output === result.content && fitsCall(result, call)
}

/** An id decides, else a name; a result with neither can be any call's. */
export function fitsCall({ callId, name }: PostedResult, call: Pick<StoredCall, 'id' | 'name'>): boolean {
  return callId === undefined ? name === undefined || call.name === name : call.id === callId
}

/** Results in call order. Phones that send only the last of several results answer the last calls; the rest get none. */
function answerInOrder(results: readonly PostedResult[], open: readonly StoredCall[]): CallOutcome[] {
  if (results.length === 0) return []
  if (results.length > open.length) {
    throw noOpenCall(`${results.length} results came for ${open.length} open calls.`)
  }
  const unanswered = open.length - results.length
  return open.map((call, place) => {
    const result = results[place - unanswered]
    return result ? outcome(call, result.content) : { ...keyed(call), status: 'expired', output: noResult }
  })
}

const noResult = 'No result: the device did not answer this call.'

function outcome(call: StoredCall, output: string): CallOutcome {
  return { ...keyed(call), status: 'answered', output }
}

function keyed({ seq, index }: StoredCall): { seq: number; index: number } {
  return { seq, index }
}

function noOpenCall(words: string): ChatterdError {
  return new ChatterdError('no-open-call', words)
}
