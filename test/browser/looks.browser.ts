import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chat } from '../support/browser/chat.ts'
import { findFlaws } from '../support/browser/find-flaws.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import {
  calls,
  done,
  message,
  pauses,
  refuses,
  says,
  sends,
  text,
} from '../support/stand-ins/ollama-replies.ts'

const annArbor = { permissions: ['geolocation'], geolocation: { latitude: 42.29, longitude: -83.71 } }

/** Where there is little room, the button is in the menu. */
async function toggleWire(chat: Chat, width: number): Promise<void> {
  if (width >= 800) return chat.button('Events of the wire').click()
  await chat.button('More').click()
  await chat.button(/^(?:Show|Hide) the wire$/).click()
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [360, 1280]) {
    test(`with ${colorScheme} colours and ${width} pixels, everybody can use each state of the page`, async (t) => {
      const world = await openPageWorld(t)
      const gate = Promise.withResolvers<void>()
      const long =
        '| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst a = 1\n```\n\n> said\n\n- one\n- two\n\n[here](https://example.com) and `code`'
      world.model.replies(
        sends([
          message({ thinking: 'Let me think.' }),
          calls([
            { name: 'get_location', arguments: {} },
            { name: 'get_weather', arguments: { lat: '42.29', lon: '-83.71' } },
          ]),
          done(),
        ]),
        says(long),
        pauses([text('Half ')], gate.promise, [text('whole'), done()]),
        refuses(500, 'out of memory'),
      )
      const page = await world.open('/app/', { ...annArbor, colorScheme, viewport: { width, height: 800 } })
      const chat = new Chat(page)
      const found: string[] = []
      const check = async (state: string) => {
        for (const flaw of await findFlaws(page)) found.push(`${state}: ${flaw}`)
      }
      await check('first visit')
      await chat.send('Where am I?')
      await chat.reads('said')
      await chat.isIdle()
      for (const summary of await chat.log.locator('summary').all()) await summary.click()
      await check('an answer with calls, a table and code, all opened')
      await chat.send('Go on.')
      await chat.reads('Half')
      await check('while an answer is written')
      gate.resolve()
      await chat.isIdle()
      await chat.send('Fail.')
      await page.getByRole('alert').first().waitFor()
      await check('a failure')
      await toggleWire(chat, width)
      await check('the wire')
      await toggleWire(chat, width)
      await chat.button('Settings').click()
      await page.getByRole('dialog').waitFor()
      await check('settings')
      await page.keyboard.press('Escape')
      await page.locator('body').click({ position: { x: width - 4, y: 300 } })
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      await check('shortcuts')
      assert.deepEqual(found, [])
    })
  }
}

test('the page is used by the keyboard alone', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(sends([calls([{ name: 'get_location', arguments: {} }]), done()]), says('There.'))
  const page = await world.open('/app/', annArbor)
  const chat = new Chat(page)
  await page.keyboard.type('Where am I?')
  await page.keyboard.press('Enter')
  await chat.reads('There.')
  await chat.isIdle()
  const reached = new Set<string>()
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    reached.add(
      await page.evaluate(() => {
        const at = document.activeElement
        return at?.getAttribute('aria-label') ?? at?.textContent?.trim().slice(0, 40) ?? ''
      }),
    )
  }
  for (const name of [
    'New',
    'Search conversations',
    'Messages',
    'Answer again',
    'Settings',
    'Your prompt',
    'More',
  ])
    assert.ok(
      [...reached].some((one) => one.startsWith(name)),
      `${name} is reached: ${[...reached].join(', ')}`,
    )
  await page.getByRole('log').locator('summary').focus()
  await page.keyboard.press('Enter')
  await chat.call('get_location').getByText('42.29').first().waitFor()
})

test('a screen reader hears an answer by the sentence', async (t) => {
  const world = await openPageWorld(t)
  const gate = Promise.withResolvers<void>()
  world.model.replies(
    pauses([text('It is '), text('warm. It '), text('may ra')], gate.promise, [text('in later.'), done()]),
  )
  const page = await world.open()
  const chat = new Chat(page)
  await chat.send('How is it?')
  await chat.reads('may ra')
  const heard = page.locator('[aria-live=polite]')
  await heard.getByText('It is warm.').first().waitFor({ state: 'attached' })
  assert.doesNotMatch((await heard.allTextContents()).join(' '), /may ra/)
  gate.resolve()
  await heard.getByText('It may rain later.').first().waitFor({ state: 'attached' })
})
