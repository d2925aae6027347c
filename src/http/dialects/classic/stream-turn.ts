import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { LiveTurn, TurnListener } from '../../../stream/live-turn.ts'
import type { LiveTurns } from '../../../stream/live-turns.ts'
import type { ConversationKey, ConversationStore, PlacedCall } from '../../../turn/conversation-store.ts'
import type { TurnRequest } from '../../../turn/turn-state.ts'
import type { SseLimits } from '../../sse-response.ts'
import { data, encodeCallsLine } from './encode-events.ts'
import { ownCallsLine, ownEndLine } from './engine-lines.ts'
import { matchResults, type PostedResults } from './match-results.ts'
import { openAnswer } from './turn-answer.ts'

/** What turns are begun and answered with. */
export interface TurnPorts {
  turns: Pick<LiveTurns, 'begin' | 'answer'>
  store: Pick<ConversationStore, 'newestTurn'>
  limits: SseLimits
}

/** A prompt as the dialect has read it. */
export interface ClassicPrompt {
  conversation: ConversationKey
  request: TurnRequest
  tools?: ToolSchema[]
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
  const answer = openAnswer(reply, ports.limits)
  try {
    answer.follow(await ports.turns.begin({ ...prompt, messages }, answer.left, answer.listener))
    await answer.ended
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
  const answer = openAnswer(reply, ports.limits)
  try {
    const outcome = await answerCalls(prompt, posted, ports, answer.listener)
    if ('open' in outcome) return answer.close(lastWords(prompt.request.model, outcome.open))
    answer.follow(outcome.live)
    await answer.ended
  } catch (error) {
    answer.fail(error)
  }
}

async function answerCalls(
  { conversation, tools }: ClassicPrompt,
  posted: PostedResults,
  { turns, store }: TurnPorts,
  listener: TurnListener,
): Promise<{ live: LiveTurn } | { open: PlacedCall[] }> {
  for (let race = 1; race <= maxRaces; race++) {
    const newest = await store.newestTurn(conversation)
    const answers = matchResults(posted, newest)
    const open = newest?.calls.filter((call) => call.status === 'offered') ?? []
    // All of it is known already: the phone asks again, so it is told again what is open.
    if (!newest || answers.length === 0) return { open }
    const answered = await turns.answer(
      conversation,
      { turn: newest.turn, answers, ...(tools && { tools }) },
      listener,
    )
    if (answered === 'recorded') return { open: [] }
    if (answered !== 'conflict') return { live: answered }
  }
  throw new ChatterdError(
    'conversation-busy',
    'Other results for the same calls come at the same time; try again.',
  )
}

/** What a stream says that ends while calls are still open: those that have to be told again, and an end. */
function lastWords(model: string, open: readonly PlacedCall[]): string {
  const calls = open.length > 0 ? encodeCallsLine(ownCallsLine(model, open)) : ''
  return calls + data(ownEndLine(model))
}
