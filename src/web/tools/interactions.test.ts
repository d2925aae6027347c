import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerHere } from './answer-here.ts'
import { getLocation } from './browser/get-location.ts'
import { getTime } from './browser/get-time.ts'
import { allBrowserTools, browserTools, isBrowserToolOn, switchBrowserTool } from './browser-tools.ts'
import type { ShownCall } from './call-words.ts'
import { type Interaction, interact, interactions } from './interactions.ts'

const question = { kind: 'question', question: 'Go on?', schema: undefined } as const
const openOf = (callId: string): Interaction => interactions.value.get(callId) ?? assert.fail('it is open')
const never = new AbortController().signal

test('an interaction is open until it is answered', async () => {
  const answer = interact('a', never, question)
  assert.equal(openOf('a').request, question)
  openOf('a').answer('yes')
  assert.equal(await answer, 'yes')
  assert.equal(interactions.value.size, 0)
})

test('the model is told why somebody refuses', async () => {
  const answer = interact('a', never, question)
  openOf('a').refuse('The user did not answer.')
  await assert.rejects(answer, /^Error: The user did not answer\.$/)
  assert.equal(interactions.value.size, 0)
})

test('a call that ends elsewhere closes its interaction, and no other one', async () => {
  const closing = new AbortController()
  const [closed, kept] = [interact('a', closing.signal, question), interact('b', never, question)]
  closing.abort(new Error('the turn has ended'))
  await assert.rejects(closed, /the turn has ended/)
  assert.deepEqual([...interactions.value.keys()], ['b'])
  openOf('b').answer(1)
  await kept
  await assert.rejects(interact('c', AbortSignal.abort(new Error('too late')), question), /too late/)
  assert.equal(interactions.value.size, 0)
})

test('where the browser has no position, the person says where they are', async () => {
  const place = getLocation.run({}, { signal: never, callId: 'a' })
  await Promise.resolve()
  assert.equal(openOf('a').request.kind, 'place')
  openOf('a').answer({ latitude: 1, longitude: 2 })
  assert.deepEqual(await place, { latitude: 1, longitude: 2 })
})

test('the time says its date, weekday and zone', () => {
  const time = getTime.run({}, { signal: never, callId: 'a' }) as Record<string, string>
  assert.match(time.date ?? '', /^\d{4}-\d{2}-\d{2}$/)
  assert.match(time.time ?? '', /^\d{2}:\d{2}:\d{2}$/)
  assert.match(time.utcOffset ?? '', /^[+-]\d{2}:\d{2}$/)
  assert.ok(time.zone && time.weekday)
})

test('a tool that is switched off is not offered, also where nothing can be stored', () => {
  assert.equal(browserTools().length, allBrowserTools.length)
  switchBrowserTool('ask_user', false)
  assert.equal(isBrowserToolOn('ask_user'), false)
  assert.ok(!browserTools().some(({ name }) => name === 'ask_user'))
  switchBrowserTool('ask_user', true)
  assert.equal(browserTools().length, allBrowserTools.length)
})

const call: ShownCall = {
  ...{ callId: 'a', name: 'read_sensor', arguments: {} },
  ...{ side: 'device', status: 'offered' },
}

test('a call of another app is answered by hand, once', async () => {
  const sent: unknown[] = []
  const answered = answerHere(call, (callId, result) => void sent.push(callId, result), never)
  openOf('a').answer('21 degrees')
  await answered
  assert.deepEqual(sent, ['a', { output: '21 degrees' }])
})

test('what is refused is sent as an error, and what has been closed meanwhile is not sent', async () => {
  const sent: unknown[] = []
  const onAnswer = (_: string, result: unknown) => void sent.push(result)
  const refused = answerHere(call, onAnswer, never)
  openOf('a').refuse('no')
  await refused
  const closing = new AbortController()
  const closed = answerHere(call, onAnswer, closing.signal)
  closing.abort()
  await closed
  assert.deepEqual(sent, [{ error: 'no' }])
})
