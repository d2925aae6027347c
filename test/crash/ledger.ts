import assert from 'node:assert/strict'
import type { PromptMessage } from '../../src/turn/ports/engine.ts'

/** What the client has seen of one of its prompts. */
export interface Entry {
  content: string
  /** The first bytes of the response were seen: the prompt is stored. */
  accepted?: true
  /** The calls were seen: they are stored with the text before them. */
  called?: true
  /** The first bytes of the response to the results were seen: these are stored. */
  resultsSeen?: true
  /** The end of the last reply was seen: it is stored. */
  done?: true
  /** Whether the prompt is in the log, and what followed it there, once another prompt follows it: both are final. */
  found?: string | null
}

/** The model's reply to a prompt, and the device's results: the same each time, so that whole replies are known. */
export const replyTo = (content: string) => `The answer to ${content} is ${content.length}.\n`
export const resultFor = (content: string) => `the place of ${content}`

/** True for prompts to which the model replies with a device call. */
export const callsDevice = (content: string) => content.endsWith('device')

/** A client's own record of one conversation. */
export class Ledger {
  readonly entries: Entry[] = []

  add(content: string): Entry {
    const entry: Entry = { content }
    this.entries.push(entry)
    return entry
  }

  /** Throws where the log in the model's prompt, up to and without its newest message, is not what the client has seen. */
  check(messages: readonly PromptMessage[]): void {
    const last = messages.findLastIndex(({ role }) => role === 'user')
    const log = messages.slice(0, last)
    let position = 0
    for (const entry of this.entries) {
      if (entry.content === messages[last]?.content) break
      if (log[position]?.role === 'user' && log[position]?.content === entry.content) {
        const end = log.findIndex(({ role }, later) => later > position && role === 'user')
        const after = log.slice(position + 1, end < 0 ? log.length : end)
        checkReply(entry, after)
        settle(entry, JSON.stringify(after))
        position += 1 + after.length
      } else {
        assert.ok(!entry.accepted, `an accepted prompt is not in the log, or not in order: ${entry.content}`)
        settle(entry, null)
      }
    }
    assert.deepEqual(log.slice(position), [], 'the log has messages that were never sent, or twice')
  }
}

function settle(entry: Entry, found: string | null): void {
  if (entry.found === undefined) entry.found = found
  assert.equal(found, entry.found, `what is stored of ${entry.content} has changed`)
}

/** What was seen is there; of a reply that was not seen to its end, a beginning may be. */
function checkReply(entry: Entry, after: readonly PromptMessage[]): void {
  const { content, called, resultsSeen: answered, done } = entry
  const rest = [...after]
  if (callsDevice(content)) {
    const [call, result] = rest.splice(0, 2)
    if (!call && !called) return
    assert.equal(call?.tool_calls?.[0]?.function.name, 'get_location', `the call of ${content}`)
    assert.equal(result?.role, 'tool', `the result of ${content}`)
    if (answered) assert.equal(result.content, resultFor(content))
  }
  if (rest.length === 0 && !done) return
  const [reply] = rest
  assert.deepEqual(
    rest,
    [{ role: 'assistant', content: done ? replyTo(content) : reply?.content }],
    `the answer to ${content}`,
  )
  assert.ok(replyTo(content).startsWith(reply?.content ?? ''), `the beginning of the answer to ${content}`)
}
