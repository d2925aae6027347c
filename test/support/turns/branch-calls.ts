import assert from 'node:assert/strict'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import type { ConversationDirectory } from '../../../src/turn/ports/conversation-directory.ts'
import type { ConversationStore, TurnBeginning } from '../../../src/turn/ports/conversation-store.ts'
import type { StepOutcome } from '../../../src/turn/ports/turn-store.ts'
import { beginning, begun, step } from './store-calls.ts'

/** Stores a whole turn: a prompt, or none where that is empty, and the reply. Returns its id and the texts of its prompt. */
export async function talk(
  store: ConversationStore,
  conversation: ConversationKey,
  [prompt, reply]: [prompt: string, reply: string],
  rest: Partial<TurnBeginning> & { outcome?: Partial<StepOutcome> } = {},
): Promise<{ turn: string; prompt: string[] }> {
  const { outcome, ...others } = rest
  const given = beginning(conversation, prompt, { ...(prompt === '' && { messages: [] }), ...others })
  const { id: turn, log, promptFrom, truncation } = await begun(store, given)
  await store.endStep(step(turn, 1, reply, { promptFrom, ...(truncation && { truncation }), ...outcome }), [])
  return { turn, prompt: log.map(({ content }) => content) }
}

/** The messages of a branch, or of the current one: each as number, text, the branch that it was added to, and siblings. */
export async function branchOf(
  directory: ConversationDirectory,
  conversation: ConversationKey,
  branch?: number,
): Promise<string[]> {
  const messages = await directory.messages(conversation, undefined, 100, branch)
  assert.ok(messages)
  return messages.map(
    ({ seq, content, branch, siblings }) =>
      `${seq} ${content} of ${branch}${siblings ? `, siblings ${siblings.join(' ')}` : ''}`,
  )
}
