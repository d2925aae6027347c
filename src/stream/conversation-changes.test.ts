import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TurnStatus } from '../protocol/events.ts'
import type { StoredConversation, WatchedConversation } from '../turn/ports/conversation-directory.ts'
import { changesOf } from './conversation-changes.ts'

const at = new Date(0)
const conversation: StoredConversation = {
  ...{
    name: 'chat',
    title: null,
    system: null,
    model: null,
    tools: [],
    messages: 0,
    activeTurn: null,
    branch: 1,
  },
  ...{ createdAt: at, updatedAt: at },
}

/** A look at a conversation: its turns by their statuses, and what else it has. */
function look(turns: Record<string, TurnStatus> = {}, change: Partial<StoredConversation> = {}, id = 'a') {
  return {
    id,
    conversation: { ...conversation, ...change },
    turns: Object.entries(turns).map(([turn, status]) => ({ turn, model: 'm', status })),
  }
}

/** The events between two looks, in short. */
function between(seen: WatchedConversation | undefined, now: WatchedConversation | undefined): string[] {
  return changesOf({ seen }, now).map((event) =>
    [event.type, 'turn' in event ? event.turn : '', 'status' in event ? event.status : ''].join(' ').trim(),
  )
}

test('the first look gives the conversation as it is, or that there is none', () => {
  const now = look({ t1: 'running' })
  assert.deepEqual(changesOf(undefined, now), [{ type: 'conversation', conversation: now.conversation }])
  assert.deepEqual(changesOf(undefined, undefined), [{ type: 'deleted' }])
})

test('turns that begin come before the conversation that has their messages, and turns that end after it', () => {
  assert.deepEqual(
    between(look({ t1: 'running' }), look({ t1: 'completed', t2: 'running' }, { messages: 3 })),
    ['turn-start t2', 'conversation', 'turn-end t1 completed'],
  )
  assert.deepEqual(between(look(), look({ t1: 'failed' })), ['turn-start t1', 'turn-end t1 failed'])
  assert.deepEqual(between(look({ t1: 'running' }), look({ t1: 'waiting' })), [])
})

test('a change of what is shown is told of once, and that a turn runs is none', () => {
  const changes = [{ title: 'x' }, { system: 'x' }, { model: 'x' }, { messages: 1 }, { branch: 2 }]
  for (const change of changes) assert.deepEqual(between(look(), look({}, change)), ['conversation'])
  assert.deepEqual(between(look(), look({}, { activeTurn: 't', updatedAt: new Date(1) })), [])
})

test('a conversation that is deleted is told of once, and what begins anew under its name', () => {
  assert.deepEqual(between(look({ t1: 'running' }), undefined), ['deleted'])
  assert.deepEqual(between(undefined, undefined), [])
  assert.deepEqual(between(undefined, look({ t1: 'running' })), ['turn-start t1', 'conversation'])
  assert.deepEqual(between(look({ t1: 'running' }), look({ t2: 'running' }, {}, 'b')), [
    'deleted',
    'turn-start t2',
    'conversation',
  ])
})

test('a withdrawn turn has ended, and the turn that it superseded has begun again', () => {
  assert.deepEqual(between(look({ t1: 'cancelled', t2: 'running' }), look({ t1: 'waiting' })), [
    'turn-start t1',
    'turn-end t2 cancelled',
  ])
})

test('an old turn that comes into view again is not told of', () => {
  assert.deepEqual(
    between(look({ t2: 'completed', t3: 'running' }), look({ t1: 'failed', t2: 'completed' })),
    ['turn-end t3 cancelled'],
  )
})
