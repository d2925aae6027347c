import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked } from 'marked'
import type { MessageData } from '../../../../protocol/native/conversation.ts'
import { attachment } from './file-name.ts'
import { markdownHead, markdownMessage } from './markdown.ts'

const message: MessageData = {
  ...{ seq: 1, role: 'assistant', content: '', turn: null, complete: true, calls: [], branch: 1 },
  createdAt: '2026-01-02T03:04:05.678Z',
}

/** The kinds of the blocks that a reader of Markdown sees. */
const blocks = (text: string) =>
  marked
    .lexer(text)
    .map(({ type }) => type)
    .filter((type) => type !== 'space')

test('a message has its role, its time, and what is special about it', () => {
  assert.equal(
    markdownMessage({
      ...message,
      content: 'It is *mild*.',
      images: ['a', 'b'],
      complete: false,
      refused: true,
    }),
    '\n## Assistant, 2026-01-02 03:04:05 UTC\n\n*interrupted, its turn failed, 2 images*\n\nIt is *mild*.\n',
  )
})

test('whatever results, arguments and thoughts have, they stay in their blocks of code', () => {
  const hostile = 'a\n```\n# Heading\n`````\n</details>\n~~~\n<script>'
  const call = {
    ...{ callId: 'c', name: 'get`x`\n# y', arguments: { a: hostile }, side: 'device' as const },
    ...{ status: 'answered' as const, output: hostile },
  }
  const text = markdownMessage({ ...message, thinking: hostile, calls: [call] })
  assert.deepEqual(blocks(text), [
    ...['heading', 'html', 'code', 'html'],
    ...['paragraph', 'code', 'paragraph', 'code'],
  ])
})

test('a reply that was cut off within a block of code does not take the next message into it', () => {
  for (const content of ['```js\nlet x', '~~~~\n```\nx', '```\n```\n````md\n```\n'])
    assert.deepEqual(
      blocks(markdownMessage({ ...message, content }) + markdownMessage(message)).at(-1),
      'heading',
    )
  assert.equal(markdownMessage({ ...message, content: '```\nx\n```' }).match(/```/g)?.length, 2)
})

test('the title is one line, and the system prompt a block of code', () => {
  const conversation = {
    ...{ name: 'chat', title: 'Two\nlines', system: '# Be brief.', model: null, tools: [], messages: 0 },
    ...{ activeTurn: null, branch: 1, createdAt: '', updatedAt: '' },
  }
  assert.deepEqual(blocks(markdownHead(conversation)), ['heading', 'heading', 'code'])
  assert.match(markdownHead(conversation), /^# Two lines\n/)
})

test('the name of the file is one on every system, whatever the title is', () => {
  assert.equal(
    attachment('Weather at home?', 'md'),
    `attachment; filename="chat Weather at home.md"; filename*=UTF-8''chat%20Weather%20at%20home.md`,
  )
  assert.equal(
    attachment('Grüße 🎈', 'json'),
    `attachment; filename="chat Gr e.json"; filename*=UTF-8''chat%20Gr%C3%BC%C3%9Fe.json`,
  )
  for (const title of [
    '../../etc/passwd',
    '"\r\nX: y',
    '\u0000',
    '\ud83d',
    '\u202e',
    '.',
    'CON',
    'x'.repeat(9_000),
    '',
  ]) {
    const header = attachment(title, 'md')
    assert.match(header, /^attachment; filename="chat [\w ]+\.md"; filename\*=UTF-8''chat%20[\w%]+\.md$/)
    assert.ok(header.length < 900)
  }
})
