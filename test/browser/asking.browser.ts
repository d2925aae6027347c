import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JsonObject } from '../../src/protocol/json.ts'
import { Chat } from '../support/browser/chat.ts'
import { findFlaws } from '../support/browser/find-flaws.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import { makeTemporaryFolder } from '../support/processes/temporary-folder.ts'
import { calls, done, says, sends } from '../support/stand-ins/ollama-replies.ts'

const calling = (name: string, args: JsonObject) => sends([calls([{ name, arguments: args }]), done()])
const kinds = ['mountains', 'sea', 'city']
const trip = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: kinds, title: 'Kind' },
    days: { type: 'integer', minimum: 1, maximum: 7, title: 'Days' },
    quiet: { type: 'boolean', title: 'Quiet' },
    notes: { type: 'string', title: 'Anything else' },
  },
  required: ['kind'],
}

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 360],
] as const) {
  test(`with ${colorScheme} colours and ${width} pixels, everybody can decide and answer`, async (t) => {
    const { path, remove } = await makeTemporaryFolder()
    t.after(remove)
    await writeFile(join(path, 'send-mail.js'), "export default { description: 'Sends', run: () => 'sent' }")
    const config = join(path, 'chatterd.toml')
    await writeFile(config, `[tools]\nfolder = ${JSON.stringify(path)}\nask = ["send_mail"]\n`)
    const world = await openPageWorld(t, { config })
    world.model.replies(
      calling('send_mail', { to: 'ann@example.com', body: `Dear Ann,\n\n${'long '.repeat(50)}` }),
      calling('ask_user', { question: 'What kind of trip?', form: trip }),
      calling('get_location', {}),
      calling('pick_image', { question: 'Which one?' }),
      calling('copy_text', { text: 'rm -rf \u202e' }),
      says('Enough.'),
    )
    const page = await world.open('/app/', { colorScheme, viewport: { width, height: 800 } })
    const chat = new Chat(page)
    const found: string[] = []
    const check = async (state: string) => {
      for (const flaw of await findFlaws(page)) found.push(`${state}: ${flaw}`)
    }
    await chat.send('Ask me all.')
    await chat.button('Allow once').waitFor()
    await check('a call to approve')
    await chat.button('Allow once').click()
    await chat.button('Don’t answer').waitFor()
    await check('a question')
    await chat.button('Don’t answer').click()
    await chat.button('Berlin').waitFor()
    await check('a place')
    await chat.button('Berlin').click()
    await chat.log.getByText('Which one?').last().waitFor()
    await check('a picture')
    await chat
      .button(/^Don’t/)
      .last()
      .click()
    await chat.button('Don’t copy').waitFor()
    await check('a text to copy')
    await chat.button('Don’t copy').click()
    await chat.reads('Enough.')
    assert.deepEqual(found, [])
  })
}
