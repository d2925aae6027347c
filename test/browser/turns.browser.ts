import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import { calls, done, pauses, refuses, says, sends, text } from '../support/stand-ins/ollama-replies.ts'

const annArbor = { permissions: ['geolocation'], geolocation: { latitude: 42.29, longitude: -83.71 } }

test('a call in the browser and one on the server, in one answer, run side by side', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(
    sends([
      calls([
        { name: 'get_location', arguments: {} },
        { name: 'get_weather', arguments: { latitude: '42.29', longitude: '-83.71' } },
      ]),
      done(),
    ]),
    says('It is **warm** there.'),
  )
  const chat = new Chat(await world.open('/app/', annArbor))
  await chat.send('Where am I, and how is it there?')
  await chat.reads('warm')
  assert.equal(await chat.log.locator('.call').count(), 2)
  assert.equal(await chat.log.locator('strong', { hasText: 'warm' }).count(), 1)
})

test('an answer that is stopped keeps its text, and says that it was stopped', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(pauses([text('The beginning of ')], new Promise(() => {}), []))
  const chat = new Chat(await world.open())
  await chat.send('Tell me everything.')
  await chat.reads('The beginning of')
  await chat.button('Stop the answer').click()
  await chat.reads('This answer was stopped before its end.')
  await chat.isIdle()
  assert.match(await chat.text(), /The beginning of/)
})

test('a prompt that is edited is sent again beside the first one, and both stay to be read', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(says('Blue.'), says('Red.'), says('Ripe.'))
  const chat = new Chat(await world.open())
  await chat.send('Which colour has the sky?')
  await chat.reads('Blue.')
  await chat.isIdle()
  await chat.log.getByRole('article', { name: 'You' }).hover()
  await chat.button('Edit and send again').click()
  const editor = chat.page.getByRole('textbox', { name: 'Edit the prompt' })
  await editor.fill('Which colour has a tomato?')
  await editor.press('Control+Enter')
  await chat.reads('Red.')
  await chat.isIdle()
  assert.doesNotMatch(await chat.text(), /Blue/)
  await chat.log.getByText('2/2').waitFor()

  await chat.button('Previous version').click()
  await chat.reads('Blue.')
  assert.doesNotMatch(await chat.text(), /tomato/)
  await chat.log.getByText('1/2').waitFor()

  // What comes next belongs to the version that is shown.
  await chat.send('And is it ripe?')
  await chat.reads('Ripe.')
  await chat
    .button(/^Later|^Next/)
    .first()
    .click()
  await chat.reads('Red.')
  assert.doesNotMatch(await chat.text(), /Ripe/)
})

test('an answer that is asked for again is another version of it', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(says('The first answer.'), says('The second answer.'))
  const chat = new Chat(await world.open())
  await chat.send('Say something.')
  await chat.reads('The first answer.')
  await chat.isIdle()
  await chat.button('Answer again').click()
  await chat.reads('The second answer.')
  await chat.log.getByText('2/2').waitFor()
  assert.equal(await chat.log.getByText('Say something.').count(), 1)
  assert.doesNotMatch(await chat.text(), /first answer/)
})

test('from an answer that failed when it was asked for again, the reader finds the way back to the first one', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(says('The first answer.'), refuses(500, 'out of memory'))
  const chat = new Chat(await world.open())
  await chat.send('Say something.')
  await chat.reads('The first answer.')
  await chat.isIdle()
  await chat.button('Answer again').click()
  await chat.reads('There is another version of this answer.')
  assert.doesNotMatch(await chat.text(), /first answer/)
  await chat.button('Previous version').click()
  await chat.reads('The first answer.')
  assert.doesNotMatch(await chat.text(), /another version|out of memory/)
})

test('a prompt that is sent while an answer is written waits for it, and is answered next', async (t) => {
  const world = await openPageWorld(t)
  const gate = Promise.withResolvers<void>()
  world.model.replies(
    pauses([text('The first part ')], gate.promise, [text('and the rest.'), done()]),
    says('Two.'),
  )
  const chat = new Chat(await world.open())
  await chat.send('First?')
  await chat.reads('The first part')
  await chat.send('Second?')
  await chat.reads('Second?')
  gate.resolve()
  await chat.reads('and the rest.')
  await chat.reads('Two.')
  await chat.isIdle()
  assert.match(await chat.text(), /First\?[\s\S]*The first part and the rest\.[\s\S]*Second\?[\s\S]*Two\./)
})

test('an engine that fails is shown with what to do, and the prompt can be sent again', async (t) => {
  const world = await openPageWorld(t)
  const { model } = world
  model.replies((response) => response.writeHead(500).end('{"error":"out of memory"}'), says('Now it works.'))
  const chat = new Chat(await world.open())
  await chat.send('Hello?')
  await chat.page.getByRole('alert').getByText('out of memory').waitFor()
  await chat.button('Try again').click()
  await chat.reads('Now it works.')
  assert.equal(await chat.page.getByRole('alert').count(), 0)
})
