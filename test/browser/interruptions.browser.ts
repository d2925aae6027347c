import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import { calls, done, pauses, says, sends, text } from '../support/stand-ins/ollama-replies.ts'

/** What a browser says in its console of a server that is away. */
const away = [/Failed to load resource/, /ERR_/]

test('a page that is loaded again in mid-answer goes on with it, and nothing is lost or doubled', async (t) => {
  const world = await openPageWorld(t)
  const gate = Promise.withResolvers<void>()
  world.model.replies(
    pauses([text('Once upon '), text('a time ')], gate.promise, [text('there was.'), done()]),
  )
  const chat = new Chat(await world.open())
  await chat.send('Tell me a story.')
  await chat.reads('Once upon a time')
  await chat.page.reload()
  await chat.reads('Once upon a time')
  gate.resolve()
  await chat.reads('Once upon a time there was.')
  await chat.isIdle()
  assert.equal((await chat.text()).split('Once upon').length, 2)
  assert.equal(await chat.log.getByText('Tell me a story.').count(), 1)
})

test('a page that is loaded again while a call waits for this browser runs it, and the answer comes', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(
    sends([calls([{ name: 'get_location', arguments: {} }]), done()]),
    says('You are there.'),
  )
  const page = await world.open('/app/', { permissions: ['geolocation'] })
  await page.addInitScript(() => {
    // The first time nobody knows where this is; after the page is loaded again it is known.
    const isFirst = sessionStorage.getItem('seen') === null
    sessionStorage.setItem('seen', 'yes')
    navigator.geolocation.getCurrentPosition = (found) => {
      if (!isFirst)
        found({ coords: { latitude: 42.29, longitude: -83.71, accuracy: 1 } } as GeolocationPosition)
    }
  })
  await page.reload()
  const chat = new Chat(page)
  await chat.send('Where am I?')
  await chat.button('Choose a place instead').waitFor()
  await page.reload()
  await chat.reads('You are there.')
  assert.match(String(world.model.lastMessages().at(-1)?.content), /42\.29/)
})

test('a server that is killed in mid-answer is waited for, and what the answer had is there when it is back', async (t) => {
  // What comes after the first text is published when that one is stored.
  const world = await openPageWorld(t, {
    env: { CHATTERD_LEASE: '1s', CHATTERD_MAX_UNJOURNALED_EVENTS: '1' },
  })
  const gate = Promise.withResolvers<void>()
  world.model.replies(pauses([text('All that I know is this. ')], gate.promise, [text('And more.')]))
  const chat = new Chat(await world.open('/app/', { expected: away }))
  await chat.send('What do you know?')
  await chat.reads('All that I know is this.')
  gate.resolve()
  await chat.reads('And more.')
  await world.kill()
  await chat.page.getByText(/connection is lost/).waitFor()
  await world.restart()
  await chat.page.getByRole('alert').waitFor()
  await chat.reads('All that I know is this.')
  world.model.replies(says('It goes on.'))
  await chat.isIdle()
  await chat.send('Go on.')
  await chat.reads('It goes on.')
})

test('offline the page says so and stays to be read, and it goes on when it is online again', async (t) => {
  const world = await openPageWorld(t)
  const gate = Promise.withResolvers<void>()
  world.model.replies(pauses([text('Half of it ')], gate.promise, [text('and the rest.'), done()]))
  const page = await world.open('/app/', { expected: away })
  const chat = new Chat(page)
  await chat.send('Tell me.')
  await chat.reads('Half of it')
  await page.context().setOffline(true)
  await page.getByText('This device is offline.').waitFor()
  gate.resolve()
  await chat.reads('Half of it')
  await page.context().setOffline(false)
  await chat.reads('and the rest.')
  await page.getByText('This device is offline.').waitFor({ state: 'detached' })
  await chat.isIdle()
})

test('two tabs show the same: what one sends, the other shows while it is answered', async (t) => {
  const world = await openPageWorld(t)
  const gate = Promise.withResolvers<void>()
  world.model.replies(
    says('The first.'),
    pauses([text('The second ')], gate.promise, [text('is long.'), done()]),
  )
  const one = new Chat(await world.open())
  await one.send('One?')
  await one.reads('The first.')
  await one.isIdle()
  const { pathname, hash } = new URL(one.page.url())
  const two = new Chat(await world.open(pathname + hash))
  await two.reads('The first.')
  await one.send('Two?')
  await two.reads('Two?')
  await two.reads('The second')
  gate.resolve()
  for (const tab of [one, two]) {
    await tab.reads('The second is long.')
    await tab.isIdle()
  }
  const lines = (text: string) => text.match(/One\?|The first\.|Two\?|The second is long\./g)
  assert.deepEqual(lines(await two.text()), ['One?', 'The first.', 'Two?', 'The second is long.'])
  assert.deepEqual(lines(await one.text()), lines(await two.text()))
})

test('an answer that one tab stops is stopped in the other', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(pauses([text('On and on ')], new Promise(() => {}), []))
  const one = new Chat(await world.open())
  await one.send('Go.')
  await one.reads('On and on')
  const { pathname, hash } = new URL(one.page.url())
  const two = new Chat(await world.open(pathname + hash))
  await two.reads('On and on')
  await two.button('Stop the answer').click()
  await one.reads('This answer was stopped before its end.')
  await one.isIdle()
})
