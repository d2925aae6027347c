import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { titleFrom, titleOf } from './title.ts'

const characters = (text: string) => [...new Intl.Segmenter('und').segment(text)].length

test('a title is the first line that has text, with its white space collapsed', () => {
  assert.equal(titleFrom('Hello?'), 'Hello?')
  assert.equal(titleFrom('\n \t\n  What  is\tthe weather \r\nin Ann Arbor?'), 'What is the weather')
  assert.equal(titleFrom('a\u2028b'), 'a')
  assert.equal(titleFrom(`${'\n'.repeat(1_000_000)}late`), 'late')
})

test('where there is no text, there is no title', () => {
  for (const text of ['', ' \n\t', '\u0000\u0007', '\u200b\u202e', '\u2003'])
    assert.equal(titleFrom(text), undefined)
})

test('a long line is cut at the end of a word, with an ellipsis', () => {
  const words = 'one two three four five six seven eight nine ten eleven twelve thirteen'
  assert.equal(titleFrom(words), 'one two three four five six seven eight nine ten eleven…')
  assert.equal(titleFrom(words.slice(0, 60)), words.slice(0, 60))
  assert.equal(titleFrom(`${'x'.repeat(59)} y`), `${'x'.repeat(59)}…`)
  assert.equal(titleFrom('x'.repeat(61)), `${'x'.repeat(59)}…`)
  assert.equal(titleFrom(`${'word, '.repeat(20)}`), `${'word, '.repeat(9)}word…`)
})

test('characters of several code units are not cut, and count once', () => {
  const family = '👩‍👩‍👧‍👦'
  assert.equal(titleFrom(family.repeat(40)), family.repeat(40))
  const cut = titleFrom(family.repeat(100)) ?? ''
  assert.ok(cut.endsWith(`${family}…`) && cut.length <= 512 && cut.isWellFormed())
})

test('whatever the text is, a title is one short line of well-formed text', () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom(' ', '\n', '\u0000', '\u202e', '\ud83d', '\ude00', 'é', '🎈', '\u0301'),
      fc.string(),
    ),
    maxLength: 300,
  })
  fc.assert(
    fc.property(anyText, (text) => {
      const title = titleFrom(text)
      if (title === undefined) return
      assert.ok(title.length > 0 && title.length <= 512 && characters(title) <= 60)
      assert.ok(title.isWellFormed() && !/[\n\r\p{Cc}\u202e]| {2}|^ | $/u.test(title), JSON.stringify(title))
    }),
  )
})

test('the text is the first one of the user', () => {
  const image = { role: 'user' as const, content: '', images: ['aGk='] }
  const system = { role: 'system' as const, content: 'Be brief.' }
  assert.equal(titleOf([system, image, { role: 'user', content: 'What is this?' }]), 'What is this?')
  assert.equal(titleOf([system, image]), undefined)
})
