import type { FastifyReply } from 'fastify'
import type { ConversationKey } from '../../../protocol/conversation-key.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { AdmittedTurn } from '../../../stream/admission.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { TurnListener } from '../../../stream/subscribers.ts'
import type { ConversationDirectory } from '../../../turn/conversation-directory.ts'
import type { ConversationStore, Replay, RequestKey, StoredCall } from '../../../turn/conversation-store.ts'
import type { TurnRequest } from '../../../turn/turn-state.ts'
import { type AnswerLimits, openResponse } from './classic-response.ts'
import { dataEvent, encodeCallsLine } from './encode-events.ts'
import { makeCallsLine, makeEndLine } from './engine-lines.ts'
import { matchResults, type PostedResults } from './match-results.ts'
import { streamReplay } from './stream-replay.ts'

/** What turns are begun and answered with. */
export interface TurnPorts {
  turns: Pick<LiveTurns, 'begin' | 'storeResults' | 'whenNotRunning' | 'follow'>
  store: Pick<ConversationStore, 'newestTurn'>
  directory: Pick<ConversationDirectory, 'outcome'>
  limits: AnswerLimits
}

/** A prompt as the dialect has read it. */
export interface ClassicPrompt {
  conversation: ConversationKey
  request: TurnRequest
  tools?: ToolSchema[]
  /** The client's own name for the request. */
  key?: RequestKey
}

/** How often results are matched anew when others come in between. */
const maxRaces = 5

/** Begins a turn, and answers with its stream. Throws what is told with a status, while nothing has been sent. */
export async function streamNewTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  messages: readonly NewMessage[],
  ports: TurnPorts,
): Promise<void> {
  const beginning = { ...prompt, messages, whenBusy: 'queue' as const }
  const answer = openResponse(reply, ports.limits)
  try {
    if (prompt.key) {
      const entered = await ports.turns.begin(beginning, answer.left)
      return await streamReplay(answer, entered, prompt.request.model, ports)
    }
    const { live } = await ports.turns.begin(beginning, answer.left, answer.listener)
    answer.follow(live)
    await answer.ended
  } catch (error) {
    answer.fail(error)
  }
}

/** Answers with what the same request came to before. */
export async function streamKnownTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  known: Replay,
  ports: TurnPorts,
): Promise<void> {
  const answer = openResponse(reply, ports.limits)
  try {
    await streamReplay(answer, known, prompt.request.model, ports)
  } catch (error) {
    answer.fail(error)
  }
}

/** Takes the results of device calls, and answers with the rest of their turn. Throws as `streamNewTurn` does. */
export async function streamAnsweredTurn(
  reply: FastifyReply,
  prompt: ClassicPrompt,
  posted: PostedResults,
  ports: TurnPorts,
): Promise<void> {
  const answer = openResponse(reply, ports.limits)
  try {
    const outcome = await answerCalls(prompt, posted, ports, prompt.key ? undefined : answer.listener)
    if ('open' in outcome) return answer.close(lastWords(prompt.request.model, outcome.open))
    if (prompt.key) return await streamReplay(answer, outcome, prompt.request.model, ports)
    answer.follow(outcome.live)
    await answer.ended
  } catch (error) {
    answer.fail(error)
  }
}

async function answerCalls(
  { conversation, tools, key }: ClassicPrompt,
  posted: PostedResults,
  { turns, store }: TurnPorts,
  listener: TurnListener | undefined,
): Promise<AdmittedTurn | { open: StoredCall[] }> {
  for (let race = 1; race <= maxRaces; race++) {
    const newest = await store.newestTurn(conversation)
    // A request that was answered already is told its answer again, whatever has become of the calls.
    if (newest && key) {
      const before = await turns.storeResults({ turn: newest.turn, results: [], key })
      if (before.result === 'replay') return before
    }
    const results = matchResults(posted, newest)
    const open = newest?.calls.filter((call) => call.status === 'offered') ?? []
    // All of it is known already: the phone asks again, so it is told again what is open.
    if (!newest || results.length === 0) return { open }
    const request = { turn: newest.turn, results, ...(tools && { tools }), ...(key && { key }) }
    // While its tools still run, the stream that told of the calls is open; what comes of the results belongs to this one.
    await turns.whenNotRunning(newest.turn)
    const answered = await turns.storeResults(request, listener)
    if (answered.result === 'recorded') return { open: [] }
    if (answered.result !== 'conflict') return answered
  }
  throw new ChatterdError(
    'conversation-busy',
    'Other results for the same calls come at the same time; try again.',
  )
}

/** What a stream says that ends while calls are still open: those that have to be told again, and an end. */
function lastWords(model: string, open: readonly StoredCall[]): string {
  const own = { model, at: new Date() }
  const calls = open.length > 0 ? encodeCallsLine(makeCallsLine(own, open)) : ''
  return calls + dataEvent(makeEndLine(own))
}
