import type { LogMessage } from '../protocol/message.ts'
import { charsPerToken } from './estimate-tokens.ts'

/** The end of a log in a shorter form. */
export interface ShortLog {
  log: readonly LogMessage[]
  /** Number of the first message of its first turn, which may be left out. */
  from: number
  /** Number of the first message of the turn of which only parts are left; absent where nothing is. */
  shortened?: number
}

/** The longest text that may be left of one after all shortening, in tokens. */
const smallestText = 32

/**
 * The newest turn and the one before it, each time shorter: with the question and the answer of the one before, each shortened; the
 * newest one alone; with its texts shortened more and more; without more and more of its older steps. The newest message of the user
 * always stays whole. How short texts become does not depend on the other messages: so the prefix of the prompt seldom changes.
 */
export function* shorterLogs(
  before: readonly LogMessage[],
  newest: readonly LogMessage[],
  window: number,
): Generator<ShortLog> {
  const earlier = before[0]?.seq
  if (earlier !== undefined)
    yield { log: [...questionAndAnswer(before, window / 8), ...newest], from: earlier, shortened: earlier }
  const from = newest[0]?.seq
  if (from === undefined) return
  yield { log: newest, from }
  const shortened = from
  const question = newest.findLast(({ role }) => role === 'user')
  const shorten = (tokens: number) =>
    newest.map((message) => (message === question ? message : shortenTexts(message, tokens)))
  for (let tokens = window / 4; tokens > smallestText; tokens /= 2)
    yield { log: shorten(tokens), from, shortened }
  const short = shorten(smallestText)
  yield { log: short, from, shortened }
  for (let count = Math.floor(short.length / 2); count > 0; count = Math.floor(count / 2))
    yield { log: endOf(short, question, count), from, shortened }
}

function questionAndAnswer(turn: readonly LogMessage[], tokens: number): LogMessage[] {
  const question = turn.findLast(({ role }) => role === 'user')
  const answer = turn.at(-1)
  const both = answer && answer !== question ? [question, answer] : [question]
  return both.flatMap((message) => (message ? [shortenTexts(message, tokens)] : []))
}

/** The last `count` messages of a turn, and the user's newest. */
function endOf(turn: readonly LogMessage[], question: LogMessage | undefined, count: number): LogMessage[] {
  const end = turn.slice(-count)
  if (!question || end.includes(question)) return end
  return [question, { ...question, role: 'system', content: stepsLeftOut, images: [] }, ...end]
}

const stepsLeftOut = 'Steps that came here were left out, because they no longer fit the context.'

/** A message whose texts have at most `tokens` tokens each, results of its calls too. */
function shortenTexts(message: LogMessage, tokens: number): LogMessage {
  const { thinking, calls } = message
  return {
    ...message,
    content: shortenText(message.content, tokens),
    ...(thinking !== undefined && { thinking: shortenText(thinking, tokens) }),
    calls: calls.map((call) =>
      call.output === undefined ? call : { ...call, output: shortenText(call.output, tokens) },
    ),
  }
}

/** Keeps the beginning and the end of a long text. */
function shortenText(text: string, tokens: number): string {
  const half = Math.floor((tokens * charsPerToken) / 2)
  if (text.length <= 2 * half) return text
  // No half of a surrogate pair.
  const start = text.slice(0, half).replace(/[\ud800-\udbff]$/, '')
  const end = text.slice(-half).replace(/^[\udc00-\udfff]/, '')
  return `${start}\n[… ${text.length - start.length - end.length} characters were left out here …]\n${end}`
}
