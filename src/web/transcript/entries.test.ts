import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { MessageData, ReplyState, TurnState, ViewState } from '../../client/types.ts'
import { entriesOf } from './entries.ts'

function message(seq: number, role: MessageData['role'], turn: string | null = null): MessageData {
  return { seq, role, content: `message ${seq}`, turn, complete: true, calls: [], createdAt: '', branch: 1 }
}

function reply(step: number, change: Partial<ReplyState> = {}): ReplyState {
  return { step, text: `reply ${step}`, thinking: '', calls: [], complete: true, startedAt: 1_000, ...change }
}

function turn(change: Partial<TurnState>): TurnState {
  const connection = { state: 'open' } as const
  const none = { replies: [], openCalls: [], notices: [], lastEvent: 0, connection }
  return { id: 't2', model: 'demo', status: 'running', ...none, ...change }
}

function view(change: Partial<ViewState>): ViewState {
  const connection = { state: 'open' } as const
  const none = {
    conversation: undefined,
    messages: [],
    hasOlder: false,
    turn: undefined,
    sent: undefined,
    connection,
  }
  return { status: 'ready', ...none, ...change }
}

const log = [message(1, 'user', 't1'), message(2, 'assistant', 't1'), message(3, 'assistant', 't1')]

describe('What a conversation shows', () => {
  it('are its messages, and what is sent and written now', () => {
    const state = view({
      messages: log,
      sent: { content: 'more', images: [] },
      turn: turn({ replies: [reply(1), reply(2, { complete: false, text: 'I am' })] }),
    })
    assert.deepEqual(
      entriesOf(state).map(({ kind, key }) => `${kind} ${key}`),
      ['prompt 1 1', 'reply 1 2', 'reply 1 3', 'prompt 1 4', 'reply 1 5', 'reply 1 6'],
    )
  })

  it('has the same keys once the log has what was live', () => {
    const live = view({
      messages: log,
      sent: { content: 'more', images: [] },
      turn: turn({ status: 'completed', replies: [reply(1)] }),
    })
    const stored = view({ messages: [...log, message(4, 'user', 't2'), message(5, 'assistant', 't2')] })
    assert.deepEqual(
      entriesOf(stored).map(({ key }) => key),
      entriesOf(live).map(({ key }) => key),
    )
  })

  it('are the same objects where nothing has changed', () => {
    const before = entriesOf(view({ messages: log }))
    const after = entriesOf(view({ messages: [...log, message(4, 'user')] }))
    assert.deepEqual(
      before.map((entry, index) => entry === after[index]),
      [true, true, true],
    )
  })

  it('has one reply of each turn that is the last', () => {
    const replies = entriesOf(view({ messages: log })).filter((entry) => entry.kind === 'reply')
    assert.deepEqual(
      replies.map(({ last, promptSeq }) => ({ last, promptSeq })),
      [
        { last: false, promptSeq: 1 },
        { last: true, promptSeq: 1 },
      ],
    )
  })

  it('knows how long the model has thought', () => {
    const state = view({ turn: turn({ replies: [reply(1, { thinking: 'Hm', textAt: 3_500 })] }) })
    const [entry] = entriesOf(state)
    assert.equal(entry?.kind === 'reply' && entry.thoughtMs, 2_500)
  })

  it('says what was interrupted', () => {
    const state = view({ turn: turn({ status: 'cancelled', replies: [reply(1, { complete: false })] }) })
    const [entry] = entriesOf(state)
    assert.ok(entry?.kind === 'reply' && entry.interrupted && entry.last && !entry.growing)
  })

  it('has nothing of a step that failed before the model said anything', () => {
    const empty = reply(1, { text: '', complete: false })
    assert.equal(entriesOf(view({ turn: turn({ status: 'failed', replies: [empty] }) })).length, 0)
    assert.equal(entriesOf(view({ turn: turn({ replies: [empty] }) })).length, 1)
  })

  it('has no prompt where an answer is made anew', () => {
    const state = view({ messages: [message(1, 'user')], sent: { content: '', images: [] }, turn: turn({}) })
    assert.deepEqual(
      entriesOf(state).map(({ kind }) => kind),
      ['prompt'],
    )
  })
})
