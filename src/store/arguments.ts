import type { Call } from '../protocol/call.ts'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import type { FinishReason, NewMessage, Usage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { ApprovedCall, RequestKey } from '../turn/ports/conversation-store.ts'
import type { CallOutcome } from '../turn/ports/turn-store.ts'

// Arguments of the SQL functions. What clients and models write is passed as JSON texts: these hold \u0000, which `text` cannot.

export function conversationArgument({ tenant, name }: ConversationKey): {
  tenant: string
  conversation: string
} {
  return { tenant, conversation: name }
}

/** The bodies of messages, as `append_messages` takes them. */
export function bodiesOf(messages: readonly NewMessage[]): string[] {
  return messages.map(({ content, thinking, images }) => JSON.stringify({ content, thinking, images }))
}

/** A message without its body, as `append_messages` takes it. */
export function messageArgument(
  message: NewMessage & { usage?: Usage; complete?: boolean; finishReason?: FinishReason },
): object {
  const { role, calls = [], usage, complete, finishReason } = message
  return {
    role,
    calls: calls.map(callArgument),
    usage,
    complete,
    finishReason,
  }
}

/** `id` comes first in `request`: the SQL function `call_id_json` reads it there. */
function callArgument(call: Call): object {
  const {
    id,
    index,
    name,
    arguments: args,
    written,
    repairs,
    approval,
    side,
    status,
    output,
    restartable,
  } = call
  return {
    index,
    request: JSON.stringify({ id, name, arguments: args, written, repairs, approval }),
    side,
    status,
    result: output === undefined ? undefined : JSON.stringify(output),
    restartable,
  }
}

/** Tools as `[name, schema]`, both as JSON texts. */
export function toolArguments(tools: readonly ToolSchema[]): [string, string][] {
  return tools.map((tool) => [JSON.stringify(tool.function.name), JSON.stringify(tool)])
}

/** The result of a call, or its approval, as `end_calls` and `store_results` take it. */
export function resultArgument(result: CallOutcome | ApprovedCall): object {
  const { seq, index, status } = result
  return {
    ...{ seq, index, status },
    ...('output' in result && { result: JSON.stringify(result.output), images: result.images }),
  }
}

/** Names of tools, each as a JSON text. */
export function namesArgument(names: readonly string[]): string[] {
  return names.map((name) => JSON.stringify(name))
}

/** An error as a JSON text. */
export function errorArgument(error: ErrorDetail | undefined): string | undefined {
  return error && JSON.stringify(error)
}

/** An idempotency key, as a JSON text, and the digest of its request; an empty object where there is none. */
export function keyArgument(key: RequestKey | undefined): { key?: string; digest?: string } {
  return key ? { key: JSON.stringify(key.key), digest: key.digest } : {}
}
