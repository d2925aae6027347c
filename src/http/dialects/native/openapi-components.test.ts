import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moveToComponents } from './openapi-components.ts'

const turn = { title: 'Turn', type: 'object', properties: { title: { type: 'string' } } }

test('a schema with a title is described once, and is referred to by its name; a member can be named title', () => {
  const document = { info: { title: 'chatterd' }, paths: { '/a': turn, '/b': { items: turn } } }
  const $ref = '#/components/schemas/Turn'
  assert.deepEqual(moveToComponents(document), {
    info: { title: 'chatterd' },
    paths: { '/a': { $ref }, '/b': { items: { $ref } } },
    components: { schemas: { Turn: { type: 'object', properties: { title: { type: 'string' } } } } },
  })
})

test('two different schemas with one title are refused', () => {
  const document = { paths: { '/a': turn, '/b': { ...turn, description: 'Another one.' } } }
  assert.throws(() => moveToComponents(document), /Two different schemas have the title Turn/)
})
