import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld, type PageWorld } from '../support/browser/page-world.ts'
import { makeTemporaryFolder } from '../support/processes/temporary-folder.ts'
import { calls, done, says, sends } from '../support/stand-ins/ollama-replies.ts'

/** A server with a tool that has to be approved: it returns what it was given. */
async function openAsking(t: TestContext): Promise<PageWorld> {
  const { path, remove } = await makeTemporaryFolder()
  t.after(remove)
  await writeFile(
    join(path, 'send-mail.js'),
    "export default { description: 'Sends a mail', run: ({ to }) => 'sent to ' + to }",
  )
  const config = join(path, 'chatterd.toml')
  await writeFile(config, `[tools]\nfolder = ${JSON.stringify(path)}\nask = ["send_mail"]\n`)
  return openPageWorld(t, { config })
}

const mail = (to: string) => sends([calls([{ name: 'send_mail', arguments: { to } }]), done()])

test('a call that has to be approved shows all that it would do, and runs when it is allowed', async (t) => {
  const world = await openAsking(t)
  const { model } = world
  model.replies(mail('ann@example.com'), says('It is sent.'))
  const chat = new Chat(await world.open())
  await chat.send('Write to Ann.')
  const card = chat.page.getByRole('group', { name: /Allow send_mail to run on the server/ })
  await card.getByText('ann@example.com').waitFor()
  await card.getByText('file:send-mail.js').waitFor()
  await card.getByRole('button', { name: 'Allow once' }).click()
  await chat.reads('It is sent.')
  assert.equal(model.lastMessages().at(-1)?.content, 'sent to ann@example.com')
  assert.equal(await card.count(), 0)
})

test('it is denied by the keyboard alone, with a reason for the model, and nothing is chosen before', async (t) => {
  const world = await openAsking(t)
  const { model } = world
  model.replies(mail('eve@example.com'), says('Then not.'))
  const chat = new Chat(await world.open())
  await chat.send('Write to Eve.')
  const { page } = chat
  const card = page.getByRole('group', { name: /Allow send_mail/ })
  await card.getByRole('button', { name: 'Deny' }).and(page.locator(':enabled')).waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.closest('.ask') !== null)
  assert.equal(await focused(), false)
  await page.keyboard.press('Enter')
  assert.equal(await card.count(), 1)
  for (let presses = 0; presses < 40 && !(await focused()); presses++) await page.keyboard.press('Shift+Tab')
  // The field for the reason is the last of the card, and the button is before it.
  await page.keyboard.type('I do not know her')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await chat.reads('Then not.')
  assert.match(String(model.lastMessages().at(-1)?.content), /denied[\s\S]*I do not know her/)
})

test('what is always allowed in a conversation is not asked again there', async (t) => {
  const world = await openAsking(t)
  const { model } = world
  model.replies(mail('a@example.com'), says('Done once.'), mail('b@example.com'), says('Done twice.'))
  const chat = new Chat(await world.open())
  await chat.send('Write to A.')
  await chat.button('Always here').click()
  await chat.reads('Done once.')
  await chat.isIdle()
  await chat.send('Write to B.')
  await chat.reads('Done twice.')
})

test('a decision that is made in one tab shows in the other at once', async (t) => {
  const world = await openAsking(t)
  world.model.replies(mail('ann@example.com'), says('It is sent.'))
  const one = new Chat(await world.open())
  await one.send('Write to Ann.')
  await one.button('Allow once').waitFor()
  const two = new Chat(await world.open(new URL(one.page.url()).pathname + new URL(one.page.url()).hash))
  await two.button('Allow once').click()
  await one.reads('It is sent.')
  await two.reads('It is sent.')
  assert.equal(await one.button('Allow once').count(), 0)
})
