import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatPrompt } from '../../support/stand-ins/ollama.ts'
import {
  calls,
  deviceTool,
  refuses,
  replays,
  says,
  sends,
  text,
} from '../../support/stand-ins/ollama-replies.ts'
import type { Shape } from '../phone.ts'
import type { World } from '../world.ts'

const runs = { get_location: () => 'latitude: 42.29306, longitude: -83.71555', get_battery: () => '80 %' }
const tools = [deviceTool('get_battery'), deviceTool('get_location')]

/** What the engine's prompt cache lives off: a prompt begins with the bytes of the one before it. */
export function promptPrefix(world: () => World): void {
  for (const shape of ['A', 'B'] as const) {
    test(`each prompt begins with the bytes of the one before it, whatever happens, with shape ${shape}`, async () => {
      const prompts = await longConversation(shape)
      assert.ok(prompts.length >= 12)
      for (const [index, prompt] of prompts.entries()) {
        const before = prompts[index - 1]
        if (!before) continue
        const [messages, earlier] = [messagesOf(prompt), messagesOf(before)]
        assert.equal(messages.slice(0, earlier.length), earlier, `prompt ${index}`)
        assert.equal(toolsOf(prompt), toolsOf(before), `tools of prompt ${index}`)
      }
    })

    test(`each message is in the log once, as it was streamed, with shape ${shape}`, async () => {
      const { phone, model } = world().talk({ shape, runs })
      model.replies(
        says('Odd \n\n text. ', calls([{ name: 'get_location', arguments: {} }])),
        says('  More.', calls([{ name: 'get_weather', arguments: { latitude: 1, longitude: 2 } }])),
        says('\tEnd.\n'),
        says('Bye.'),
      )
      const round = await phone.prompt('Where, and how warm?', { tools })
      await phone.prompt('Bye')
      const said = model.lastMessages().filter(({ role }) => role === 'assistant')
      assert.equal(said.map(({ content }) => content).join(''), round.text)
      assert.deepEqual(
        model.lastMessages().map(({ role }) => role),
        ['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'user'],
      )
    })
  }

  /** All that can happen in a conversation, and the prompts that follow from it. */
  async function longConversation(shape: Shape): Promise<ChatPrompt[]> {
    const { phone, model } = world().talk({ shape, runs })
    const both = calls([
      { name: 'get_location', arguments: {} },
      { name: 'get_weather', arguments: '{"longitude": 1, "latitude": 2}' },
      { name: 'get_battery', arguments: {} },
    ])
    await phone.prepare('You are brief.')
    model.replies(
      says('Hi  \n'),
      replays('call-device'),
      replays('call-resident'),
      replays('answer-after-results'),
    )
    await phone.prompt('Hello 👋', { tools })
    await phone.prompt('What is the weather at my location?', { tools })
    model.replies(replays('thinking'), says('All: ', both), says('Thanks.'))
    await phone.prompt('Think.')
    await phone.prompt('All of it.', { tools })
    model.replies(sends([text('Once upon a')]), says(calls([{ name: 'lost', arguments: {} }])), says('Hm.'))
    await phone.prompt('A story.')
    await phone.prompt('Go on.')
    model.replies(says(calls([{ name: 'get_location', arguments: {} }])), says('As you like.'))
    await phone.post('Where am I?').response
    await phone.prompt('Never mind.')
    model.replies(refuses(503, 'busy'))
    const refused = await phone.prompt('Are you there?')
    assert.equal(refused.last.status, 503)
    const answered = model.prompts.slice(0, -1)
    model.replies(says('Good night.'))
    await phone.prompt('Good night.')
    return [...answered, ...model.prompts.slice(-1)]
  }
}

/** The bytes of the messages, without the bracket that ends their list. */
function messagesOf({ raw, body }: ChatPrompt): string {
  return partOf(raw.toString(), 'messages', body.messages).slice(0, -1)
}

function toolsOf({ raw, body }: ChatPrompt): string {
  return partOf(raw.toString(), 'tools', body.tools)
}

/** The text of a member of a body, which has no spaces where it needs none. */
function partOf(raw: string, name: string, value: unknown): string {
  const text = JSON.stringify(value)
  const start = raw.indexOf(`"${name}":${text}`)
  assert.ok(start > 0, `${name} is not written as JSON.stringify writes it`)
  return raw.slice(start, start + name.length + 3 + text.length)
}
