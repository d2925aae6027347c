import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld } from '../support/browser/page-world.ts'

const prompt = 'What is the weather at my location?'
const example = /^What is the weather at my location\?/
const annArbor = { latitude: 42.29, longitude: -83.71 }

test('one click on a first visit shows it all: a call in this browser, one on the server, the answer', async (t) => {
  const world = await openPageWorld(t, { engine: 'demo' })
  const page = await world.open('/', { permissions: ['geolocation'], geolocation: annArbor })
  const chat = new Chat(page)
  await page.getByText('This is the demo engine').waitFor()
  await chat.button(example).click()
  await chat.reads('51.3ºF')
  await chat.isIdle()
  assert.match(await chat.text(), /get_location[\s\S]*this browser[\s\S]*get_weather[\s\S]*server/)
  assert.deepEqual(
    world.openMeteo.requests.map(({ searchParams }) => searchParams.get('latitude')),
    ['42.29'],
  )
  // The conversation has an address and a title from now on, and is in the list.
  assert.match(page.url(), /#\/c\//)
  await page.getByRole('navigation').getByText(prompt).waitFor()
  await chat.call('get_weather').locator('summary').click()
  await chat.call('get_weather').getByText('51.3').first().waitFor()
})

test('who does not let the browser say where they are chooses a city, and gets the answer', async (t) => {
  const world = await openPageWorld(t, { engine: 'demo' })
  const page = await world.open('/')
  await refuseLocation(page, 1)
  const chat = new Chat(page)
  await chat.button(example).click()
  await chat.log.getByText('may not tell this page where you are').waitFor()
  await chat.button('Berlin').click()
  await chat.reads('51.3ºF')
})

test('where the browser does not find out in time, a place can be given as two numbers', async (t) => {
  const world = await openPageWorld(t, { engine: 'demo' })
  const page = await world.open('/')
  await refuseLocation(page, 3)
  const chat = new Chat(page)
  await chat.button(example).click()
  await chat.log.getByText('did not find out in time').waitFor()
  await chat.log.getByLabel('Latitude').fill('42.29')
  await chat.log.getByLabel('Longitude').fill('-83.71')
  await chat.log.getByLabel('Longitude').press('Enter')
  await chat.reads('51.3ºF')
})

test('who does not want to say where they are says so, and the model is told', async (t) => {
  const world = await openPageWorld(t, { engine: 'demo' })
  const page = await world.open('/')
  await refuseLocation(page, 1)
  const chat = new Chat(page)
  await chat.button(example).click()
  await chat.button('Don’t share').click()
  await chat.reads(/does not share their location/)
  await chat.isIdle()
})

/** Has the browser refuse its position, with a code of https://www.w3.org/TR/geolocation/#position_error_interface. */
async function refuseLocation(page: Chat['page'], code: number): Promise<void> {
  await page.evaluate((given) => {
    navigator.geolocation.getCurrentPosition = (_found, refused) =>
      refused?.({ code: given, message: '' } as GeolocationPositionError)
  }, code)
}
