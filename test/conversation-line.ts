import type { TestContext } from 'node:test'
import { ConversationQueues, type QueuedRequest } from '../src/stream/conversation-queues.ts'
import { Notifier } from '../src/stream/signals.ts'
import { settle } from './live-process.ts'

/** Nothing happens by itself within a test. */
const long = { waitMs: 60_000, pollMs: 60_000 }

/** A conversation with its line, as the database keeps them; those who wait at the test's end leave; `trail` tells who asked and who left. */
export function openLines(t: TestContext, limits = long) {
  const over = new AbortController()
  t.after(() => over.abort())
  const signals = new Notifier()
  const lines = new ConversationQueues(signals, limits)
  const trail: string[] = []
  let line: string[] = []
  let busy = false
  const request = (name: string, given: Partial<QueuedRequest<string>> = {}): QueuedRequest<string> => ({
    async ask() {
      trail.push(name)
      if (!line.includes(name)) line.push(name)
      await settle()
      if (busy || line[0] !== name) return undefined
      line.shift()
      busy = true
      return name
    },
    leave() {
      trail.push(`${name} leaves`)
      line = line.filter((other) => other !== name)
    },
    ...{ topic: name, left: over.signal },
    ...given,
  })
  const enter = (name: string, given: Partial<QueuedRequest<string>> = {}) =>
    lines.enter('talk', request(name, given))
  const free = () => {
    busy = false
    lines.tell('talk')
  }
  /** Enters the first, which finds it free, and then the others, which wait. */
  async function wait<Name extends string>(...names: Name[]) {
    await enter('first')
    const entered = names.map((name) => enter(name))
    for (const one of entered) one.catch(() => undefined)
    while (trail.length < 2 * names.length + 1) await settle()
    await settle()
    trail.length = 0
    return entered
  }
  return { ...{ lines, signals, trail, enter, free, wait, request }, busy: () => busy }
}
