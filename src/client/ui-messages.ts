import type { UIMessage } from 'ai'
import type { CallAnswer } from './answer-calls.ts'
import { ChatterdError } from './chatterd-error.ts'
import type { ApprovalDecision, Conversation, Input } from './types.ts'

type Part = UIMessage['parts'][number]

/** What the user has done about a call: its result, or a decision. */
export type CallReaction = { callId: string } & ({ answer: CallAnswer } | { decision: ApprovalDecision })

/** The newest message of the user as a prompt. Throws for a file that is no image, and for one that is not within the message. */
export function inputOf({ parts }: UIMessage): Input {
  const content = parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n\n')
  const images = parts.flatMap((part) => (part.type === 'file' ? imageOf(part) : []))
  return images.length > 0 ? [{ role: 'user', content, images }] : content
}

function imageOf({ mediaType, url }: Extract<Part, { type: 'file' }>): string {
  const [, base64] = /^data:image\/[^,]*;base64,(.*)$/s.exec(url) ?? []
  if (base64 !== undefined) return base64
  const detail = `A file of the type ${mediaType} cannot be sent: only images can, as data URLs.`
  throw new ChatterdError({ code: 'invalid-request', detail })
}

/** What is new in an assistant's message about the calls that are open. */
export function reactionsIn({ parts }: UIMessage, openCalls: readonly string[]): CallReaction[] {
  return parts.flatMap((part): CallReaction[] => {
    if (!('toolCallId' in part) || !openCalls.includes(part.toolCallId)) return []
    const callId = part.toolCallId
    if (part.state === 'output-available') return [{ callId, answer: { output: part.output } }]
    if (part.state === 'output-error') return [{ callId, answer: { error: part.errorText } }]
    if (part.state !== 'approval-responded') return []
    const { approved, reason } = part.approval
    const deny = { decision: 'deny', ...(reason && { reason }) } as const
    return [{ callId, decision: approved ? { decision: 'approve' } : deny }]
  })
}

/**
 * The number of the message after which a turn begins that replaces another one: the user's message that is answered anew, or the one before a message that was
 * edited. The ids of assistants' messages are those of their turns.
 */
export async function branchingPoint(
  conversation: Conversation,
  messages: readonly UIMessage[],
  { messageId, trigger }: { messageId: string | undefined; trigger: string },
): Promise<number> {
  const { messages: log } = await conversation.messages({ limit: 200 })
  const earlier = messages.findLast(({ role }) => role === 'assistant')
  const before = log.findLast(({ turn }) => turn === earlier?.id)?.seq ?? 0
  if (trigger !== 'regenerate-message') return before
  const asked = log.filter(({ role, seq }) => role === 'user' && seq > before)
  const question = asked.find(({ turn }) => turn === messageId) ?? asked.at(0)
  return question?.seq ?? before
}
