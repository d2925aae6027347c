import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverRoot } from './server-root.ts'

test('the page finds its server at the root, and below the path of a proxy', () => {
  for (const path of ['/', '/app', '/app/']) assert.equal(serverRoot(path), '')
  for (const path of ['/chat/', '/chat/app', '/chat/app/']) assert.equal(serverRoot(path), '/chat')
  assert.equal(serverRoot('/myapp/'), '/myapp')
})
