import { ChatterdError } from '../../../protocol/errors.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { NewestTurn, StoredCall } from '../../../turn/ports/conversation-store.ts'
import type { CallOutcome } from '../../../turn/ports/turn-store.ts'

/** A result of a device call as the client sends it. Most clients send neither an id nor a name. */
export interface PostedResult {
  content: string
  callId?: string
  name?: string
}

/** What a client posts when it has run its tools (docs/dialect.md). */
export interface PostedResults {
  /** In shape B, the user's and system's messages of the prompt; empty in shape A. */
  prefix: readonly NewMessage[]
  results: readonly PostedResult[]
}

/**
 * The outcomes of the open calls of the conversation's newest turn that these results decide; none where all results are stored
 * already. Throws `no-open-call` where a result has no open call, or belongs to another prompt.
 */
export function matchResults(posted: PostedResults, newest: NewestTurn | undefined): CallOutcome[] {
  const open = newest?.calls.filter((call) => call.status === 'offered') ?? []
  if (!newest || open.length === 0)
    throw noOpenCall('The conversation has no open call that these results could answer.')
  checkPrefix(posted.prefix, newest.input)
  // Only shape B repeats the results of earlier rounds.
  const results = posted.prefix.length > 0 ? withoutStored(posted.results, newest.calls) : posted.results
  const { named, unnamed } = splitByName(results)
  const outcomes = named.flatMap((result) => matchNamed(result, newest.calls, open))
  return [...outcomes, ...matchInOrder(unnamed, open)]
}

function checkPrefix(prefix: readonly NewMessage[], input: readonly NewMessage[]): void {
  if (prefix.length === 0) return
  const prompt = input.filter((message) => message.role !== 'assistant')
  const same = (message: NewMessage, index: number) =>
    message.role === prompt[index]?.role && message.content === prompt[index].content
  if (prefix.length === prompt.length && prefix.every(same)) return
  throw noOpenCall('These results belong to another prompt than the open calls.')
}

function splitByName(results: readonly PostedResult[]): { named: PostedResult[]; unnamed: PostedResult[] } {
  const named = results.filter((result) => result.callId !== undefined || result.name !== undefined)
  return { named, unnamed: results.filter((result) => !named.includes(result)) }
}

/** Takes the call that fits from `open`. No outcome where no open call fits, but a call has exactly this result already. */
function matchNamed(result: PostedResult, calls: readonly StoredCall[], open: StoredCall[]): CallOutcome[] {
  const index = open.findIndex((call) => fitsCall(result, call))
  const [call] = index < 0 ? [] : open.splice(index, 1)
  if (call) return [answered(call, result.content)]
  if (calls.some((call) => isStored(result, call))) return []
  throw noOpenCall(
    `No open call ${result.callId === undefined ? `of "${result.name}"` : `"${result.callId}"`}.`,
  )
}

/** The results after those that are stored already, which come first, in the order of their calls. */
function withoutStored(
  results: readonly PostedResult[],
  calls: readonly StoredCall[],
): readonly PostedResult[] {
  const answeredCalls = calls.filter((call) => call.status === 'answered')
  const firstNew = results.findIndex((result, index) => {
    const call = answeredCalls[index]
    return !call || !isStored(result, call)
  })
  return firstNew < 0 ? [] : results.slice(firstNew)
}

function isStored(result: PostedResult, call: StoredCall): boolean {
  return call.status === 'answered' && call.output === result.content && fitsCall(result, call)
}

/** Whether a result can be this call's: by its id, else by its name. A result with neither fits every call. */
export function fitsCall({ callId, name }: PostedResult, call: Pick<StoredCall, 'id' | 'name'>): boolean {
  return callId === undefined ? name === undefined || call.name === name : call.id === callId
}

/** Results answer the open calls in call order. Fewer results than calls are those of the last calls; the others expire. */
function matchInOrder(results: readonly PostedResult[], open: readonly StoredCall[]): CallOutcome[] {
  if (results.length === 0) return []
  if (results.length > open.length) {
    throw noOpenCall(`${results.length} results came for ${open.length} open calls.`)
  }
  const unanswered = open.length - results.length
  return open.map((call, index) => {
    const result = results[index - unanswered]
    return result
      ? answered(call, result.content)
      : { ...keyOfCall(call), status: 'expired', output: noResult }
  })
}

const noResult = 'No result: the device did not answer this call.'

function answered(call: StoredCall, output: string): CallOutcome {
  return { ...keyOfCall(call), status: 'answered', output }
}

function keyOfCall({ seq, index }: StoredCall): { seq: number; index: number } {
  return { seq, index }
}

function noOpenCall(message: string): ChatterdError {
  return new ChatterdError('no-open-call', message)
}
