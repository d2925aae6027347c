import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../test/support/native-http/native-world.ts'

test('an unknown path names the route that was meant, with the names that the client gave', async (t) => {
  const { app } = openNative(t)
  for (const [url, meant] of [
    ['/llmtool', '/llmtools'],
    ['/LLMTools', '/llmtools'],
    ['/getchats?x=1', '/getchatts'],
    ['/chatterd/v1/model', '/chatterd/v1/models'],
    ['/chatterd/v1/conversation/a%20b/turn', '/chatterd/v1/conversations/a%20b/turns'],
    ['/chaterd/v1/conversations/a/messages', '/chatterd/v1/conversations/a/messages'],
  ] as const) {
    const { error, detail } = (await app.inject({ url })).json()
    assert.equal(detail ?? error, `There is nothing at GET ${url.split('?')[0]}; did you mean ${meant}?`)
  }
})

test('a path that is close to none names none, however long it is', async (t) => {
  const { app } = openNative(t)
  for (const url of [
    '/nothing',
    '/api/chat',
    '/chatterd/v1/secret',
    '/chatterd/v1',
    `/${'llmtools'.repeat(1_000)}`,
  ]) {
    const { error, detail } = (await app.inject({ url })).json()
    assert.equal(detail ?? error, `There is nothing at GET ${url}.`)
  }
})
