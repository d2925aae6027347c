import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { Chat } from '../support/browser/chat.ts'
import { openPageWorld } from '../support/browser/page-world.ts'
import { calls, done, refuses, says, sends } from '../support/stand-ins/ollama-replies.ts'
import { heavyPayloads, type Payload, payloads, trap } from './hostile/payloads.ts'

test('nothing that a model writes runs, loads, or leads anywhere but to a web page whose host is in sight', async (t) => {
  const world = await openPageWorld(t)
  const page = await world.open()
  const asked = watchRequests(page, world.url)
  const chat = new Chat(page)
  for (const group of chunksOf(payloads, 10)) {
    world.model.replies(says(group.map(({ text }, index) => `payload ${index}\n\n${text}\n\n`).join('')))
    await chat.send(`Write ${group[0]?.what}.`)
    await chat.isIdle()
    await checkHarmless(page)
  }
  await openEverything(page)
  assert.deepEqual(asked, [])
})

test('nor does what is in the names, arguments and results of tools, in titles and in errors', async (t) => {
  const world = await openPageWorld(t)
  const page = await world.open()
  const asked = watchRequests(page, world.url)
  const chat = new Chat(page)
  for (const group of chunksOf(payloads, 14)) {
    world.model.replies(
      sends([
        calls(
          group.map(({ text }) => ({
            name: text.slice(0, 60),
            arguments: { [text.slice(0, 40)]: text, list: [text, { text }] },
          })),
        ),
        done(),
      ]),
      says('Enough.'),
    )
    await chat.send(group.map(({ text }) => text).join('\n'))
    await chat.isIdle()
    await openEverything(page)
    await checkHarmless(page)
  }
  const [, name = ''] = /#\/c\/(.+)$/.exec(page.url()) ?? []
  for (const { text } of payloads.slice(0, 12)) {
    const title = text.slice(0, 300)
    const headers = { 'content-type': 'application/json' }
    const path = `${world.url}/chatterd/v1/conversations/${name}`
    await fetch(path, { method: 'PATCH', headers, body: JSON.stringify({ title }) })
    world.model.replies(refuses(500, text))
    await chat.send('Fail.')
    await chat.isIdle()
    await page.getByRole('alert').first().waitFor()
    await checkHarmless(page)
  }
  assert.deepEqual(asked, [])
})

test('text that parsers take long for is shown, and the page stays usable', async (t) => {
  const world = await openPageWorld(t)
  const page = await world.open()
  const chat = new Chat(page)
  for (const { what, text } of heavyPayloads) {
    world.model.replies(says(text, '\n\nThe end.'))
    const before = Date.now()
    await chat.send(`Write ${what}.`)
    await chat.log.getByText(`Write ${what}.`).waitFor()
    await chat.isIdle()
    assert.ok(Date.now() - before < 15_000, `${what}: ${Date.now() - before} ms`)
    await chat.button('New').click()
  }
})

function chunksOf(all: readonly Payload[], size: number): Payload[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}

/** Requests to any other origin, from now on. */
function watchRequests(page: Page, own: string): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(own) && !/^(?:data|blob):/.test(url)) asked.push(url)
  })
  page.on('popup', (popup) => asked.push(`popup ${popup.url()}`))
  page.on('dialog', (dialog) => {
    asked.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  return asked
}

async function openEverything(page: Page): Promise<void> {
  // Whatever moves moves because somebody has opened it.
  await page.keyboard.press('Shift')
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
}

/** What is on the page now has no element and no address that could do anything. */
async function checkHarmless(page: Page): Promise<void> {
  const found = await page.evaluate((name) => {
    const problems: string[] = []
    if (name in globalThis) problems.push('a script has run')
    const log = document.querySelector('#app') ?? document.body
    for (const element of log.querySelectorAll('*')) {
      if (
        /^(?:script|iframe|object|embed|form|base|meta|link|style|math|audio|video|template)$/i.test(
          element.tagName,
        )
      ) {
        if (!element.matches('form.composer, form[class]')) problems.push(element.outerHTML.slice(0, 200))
      }
      for (const { name: attribute, value } of element.attributes) {
        if (/^on/i.test(attribute) || attribute === 'srcdoc' || attribute === 'ping')
          problems.push(`${element.tagName} ${attribute}=${value}`)
      }
    }
    for (const link of log.querySelectorAll<HTMLAnchorElement>('a[href]')) {
      const { protocol, host } = new URL(link.href)
      if (link.closest('.first-visit') || link.origin === location.origin) continue
      if (!/^(?:https?|mailto):$/.test(protocol)) problems.push(link.outerHTML)
      if (!/noopener/.test(link.rel) || link.target !== '_blank')
        problems.push(`without rel: ${link.outerHTML}`)
      const shown = `${link.textContent}${link.nextElementSibling?.textContent ?? ''}${link.title}`
      if (protocol !== 'mailto:' && !shown.includes(host))
        problems.push(`host out of sight: ${link.outerHTML}`)
    }
    for (const image of log.querySelectorAll<HTMLImageElement>('img'))
      if (!/^(?:data|blob):/.test(image.src)) problems.push(image.outerHTML)
    return problems
  }, trap)
  assert.deepEqual(found, [])
}
