import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { imagesOf } from './posted-images.ts'

test('images are base64, with or without the beginning of a data URL and line ends', () => {
  const given = [
    'aGk=',
    'aA==',
    'aGkh',
    'data:image/png;base64,aGkh',
    'aGkh\r\naGkh\n',
    'data:image/svg+xml;base64,aA==',
  ]
  assert.deepEqual(imagesOf(given, 'images'), ['aGk=', 'aA==', 'aGkh', 'aGkh', 'aGkhaGkh', 'aA=='])
  const half = 'ab+/'.repeat(200_000)
  assert.equal(imagesOf([half], 'images')[0], half)
})

test('any text is judged as the grammar of base64 judges it', () => {
  const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/
  const texts = fc.string({ unit: fc.constantFrom(...'aZ9+/==-_ !é\u0141\u{1f600}\0\t'), maxLength: 12 })
  fc.assert(
    fc.property(texts, (text) => {
      const accepts = () => imagesOf([text], 'images')
      if (base64.test(text)) accepts()
      else assert.throws(accepts, { code: 'invalid-request' })
    }),
    { numRuns: 5_000 },
  )
})

test('what is no base64 is refused, with its position', () => {
  const wrong = [
    'no base64!!',
    '',
    '=',
    '====',
    'aGk',
    'aGk==',
    'aG=k',
    'aGk_',
    'data:image/png;base64,',
    'data:,aGk=',
    'aGkh=',
  ]
  for (const text of wrong)
    assert.throws(
      () => imagesOf(['aGk=', text], 'input.2.images'),
      { code: 'invalid-request', message: /^input\.2\.images\.1: an image in base64/ },
      text,
    )
})
