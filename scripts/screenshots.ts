import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Chat } from '../test/support/browser/chat.ts'
import { closeBrowser } from '../test/support/browser/open-browser.ts'
import { openPageWorld, type PageWorld, type TabOptions } from '../test/support/browser/page-world.ts'
import {
  calls,
  message,
  pauses,
  type ScriptedLine,
  says,
  sends,
  text,
} from '../test/support/stand-ins/ollama-replies.ts'

// Takes the pictures of the documentation, in docs/screenshots: of the page as it is, in Chromium, on a chatterd whose model is scripted.

const folder = resolve(import.meta.dirname, '../docs/screenshots')
const ends: (() => unknown)[] = []
const scope = { after: (end: () => unknown) => void ends.push(end) } as Parameters<typeof openPageWorld>[0]
const window: TabOptions = {
  viewport: { width: 1280, height: 800 },
  permissions: ['geolocation'],
  geolocation: { latitude: 42.29306, longitude: -83.71555 },
  // A server that is killed on purpose is no problem.
  expected: [/./],
}
const phone: TabOptions = {
  ...window,
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
}

const answer = [
  'It is **51.3 °F** at your place, and it stays dry until the evening.\n\n',
  '| Hour | Temperature | Rain |\n|---|---:|---:|\n| 12:00 | 51.3 °F | 0.0 in |\n| 15:00 | 53.1 °F | 0.0 in |\n| 18:00 | 50.4 °F | 0.1 in |\n\n',
  'Take a jacket for the way back.',
]

/** The last line of a reply, with what the engine counts. */
const last: ScriptedLine = ({ body: { model } }) => {
  const counts = { prompt_eval_count: 512, eval_count: 62, eval_duration: 2_000_000_000 }
  const reply = { role: 'assistant', content: '' }
  return JSON.stringify({ model, message: reply, done: true, done_reason: 'stop', ...counts })
}

/** What the model replies to the question for the weather. */
function scriptWeather({ model }: PageWorld): void {
  model.replies(
    sends([
      message({ thinking: 'I need the place first.' }),
      calls([{ name: 'get_location', arguments: {} }]),
      last,
    ]),
    sends([
      calls([{ name: 'get_weather', arguments: { latitude: '42.29306', longitude: '-83.71555' } }]),
      last,
    ]),
    sends([...answer.map(text), last]),
  )
}

async function weather(world: PageWorld, prompt: string, options: TabOptions): Promise<Chat> {
  scriptWeather(world)
  const chat = new Chat(await world.open('/app/', options))
  await chat.field.fill(prompt)
  await chat.button('Send').click()
  await chat.reads('Take a jacket')
  await chat.isIdle()
  return chat
}

async function shoot(chat: Chat, name: string): Promise<void> {
  // Without what a pointer or a caret adds.
  await chat.page.mouse.move(0, 0)
  await chat.page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' })
  console.log(`docs/screenshots/${name}.png`)
}

/** A settings file with a tool that is asked for first. */
function settingsWithMail(): string {
  const home = mkdtempSync(join(tmpdir(), 'chatterd-screenshots-'))
  ends.push(() => rmSync(home, { recursive: true, force: true }))
  writeFileSync(
    join(home, 'send-mail.js'),
    "export default { description: 'Sends a mail', run: () => 'sent' }",
  )
  const path = join(home, 'chatterd.toml')
  writeFileSync(path, `[tools]\nfolder = ${JSON.stringify(home)}\nask = ["send_mail"]\n`)
  return path
}

mkdirSync(folder, { recursive: true })
try {
  const demo = await openPageWorld(scope, { engine: 'demo' })
  const first = new Chat(await demo.open('/app/', window))
  await first.page.getByText('This is the demo engine').waitFor()
  await shoot(first, 'first-visit')

  const world = await openPageWorld(scope, { config: settingsWithMail() })
  world.model.replies(says('Gladly.'))
  const earlier = new Chat(await world.open('/app/', window))
  await earlier.send('A recipe for lentil soup with what is in the house')
  await earlier.isIdle()

  const chain = await weather(world, 'What is the weather at my location?', window)
  await shoot(chain, 'weather')
  await chain.call('get_weather').locator('summary').click()
  await shoot(chain, 'tool-opened')
  await chain.call('get_weather').locator('summary').click()
  await chain.button('Events of the wire').click()
  await shoot(chain, 'wire')
  await shoot(await weather(world, 'Is it warm outside?', { ...window, colorScheme: 'dark' }), 'dark')
  await shoot(await weather(world, 'Do I need a jacket?', phone), 'phone')

  const mail = {
    to: 'ann@example.com',
    subject: 'Dinner on Friday',
    text: 'Shall we say eight, at the usual place?',
  }
  world.model.replies(sends([calls([{ name: 'send_mail', arguments: mail }]), last]))
  const asking = new Chat(await world.open('/app/', window))
  await asking.send('Ask Ann whether Friday at eight is good for dinner.')
  await asking.button('Allow once').and(asking.page.locator(':enabled')).waitFor()
  await shoot(asking, 'approval')

  const never = new Promise(() => {})
  world.model.replies(
    pauses([text('The oldest bridge that still stands in the city was built in 1749, and ')], never, []),
  )
  const lost = new Chat(await world.open('/app/', window))
  await lost.send('Which is the oldest bridge of the city?')
  await lost.reads('The oldest bridge')
  await world.kill()
  await lost.page.getByText(/connection is lost/).waitFor()
  await shoot(lost, 'reconnecting')
} finally {
  for (const end of ends.reverse()) await end()
  await closeBrowser()
}
