import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageSize } from 'image-size'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import { says } from '../support/stand-ins/ollama-replies.ts'

test('of 500 messages the newest are there at once, and older ones when they are scrolled to, in their order', async (t) => {
  const world = await openPageWorld(t)
  const messages = Array.from({ length: 499 }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: `This is message ${index + 1}.`,
  }))
  world.model.replies(says('This is message 500.'))
  const response = await fetch(`${world.url}/chatterd/v1/conversations/long/turns`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ input: messages }),
  })
  assert.match(await response.text(), /"completed"/)
  const chat = new Chat(await world.open('/app/#/c/long'))
  await chat.reads('This is message 500.')
  assert.ok((await chat.log.getByRole('article').count()) < 200, 'the oldest are not loaded yet')
  const first = chat.log.getByText('This is message 1.', { exact: true })
  for (let pages = 0; pages < 20 && (await first.count()) === 0; pages++) {
    await chat.log.evaluate((log) => log.scrollTo({ top: 0 }))
    await chat.page.waitForTimeout(300)
  }
  await first.waitFor()
  const numbers = await chat.log.getByRole('article').allTextContents()
  const seen = numbers.map((text) => Number(/message (\d+)/.exec(text)?.[1]))
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, index) => index + 1),
  )
})

test('an answer of 100 KB with tables and code is shown whole, and can be copied', async (t) => {
  const world = await openPageWorld(t)
  const part = (n: number) =>
    `## Part ${n}\n\nSome *words* on part ${n}, with \`code\`.\n\n| a | b |\n|---|---:|\n| ${n} | ${n * n} |\n\n\`\`\`ts\nconst part = ${n}\n\`\`\`\n\n`
  const whole = Array.from({ length: 1000 }, (_, n) => part(n)).join('')
  assert.ok(whole.length > 100_000)
  world.model.replies(says(...(whole.match(/[\s\S]{1,400}/g) ?? [])))
  const page = await world.open('/app/', { permissions: ['clipboard-read', 'clipboard-write'] })
  const chat = new Chat(page)
  await chat.send('Write much.')
  await chat.reads('Part 999')
  await chat.isIdle()
  assert.equal(await chat.log.locator('table').count(), 1000)
  assert.equal(await chat.log.locator('pre').count(), 1000)
  await chat.button('Copy the answer').click()
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), whole)
})

test('images are shrunk before they are sent, shown, and reach the model', async (t) => {
  const world = await openPageWorld(t)
  world.model.replies(says('A red square.'))
  const page = await world.open()
  const chat = new Chat(page)
  const png = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 3000 })
    const context = canvas.getContext('2d')
    if (context) {
      context.fillStyle = 'red'
      context.fillRect(0, 0, 4000, 3000)
    }
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
    return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))]
  })
  const [picker] = await Promise.all([page.waitForEvent('filechooser'), chat.button('Add images').click()])
  await picker.setFiles({ name: 'red.png', mimeType: 'image/png', buffer: Buffer.from(png) })
  await chat.button('Remove image 1').waitFor()
  await chat.send('What is this?')
  await chat.reads('A red square.')
  const [sent = ''] = world.model.lastMessages().at(-1)?.images ?? []
  const { width, height } = imageSize(Buffer.from(sent, 'base64'))
  assert.ok(width <= 2048 && height <= 2048, `${width} x ${height}`)
  await chat.log.getByRole('img').or(chat.log.locator('img')).first().waitFor()
})
