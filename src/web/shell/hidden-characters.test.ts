import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revealHidden, withoutHidden } from './hidden-characters.ts'

const hidden = (text: string) =>
  revealHidden(text)
    .filter((part) => part.hidden)
    .map((part) => part.text)

test('plain text, with its accents, scripts, tabs and line breaks, is shown as it is', () => {
  for (const text of ['naïve café', 'שלום עולם', '日本語', 'a\n\tb\n\nc', '👍'])
    assert.deepEqual(revealHidden(text), [{ text, hidden: false }])
  assert.deepEqual(revealHidden(''), [])
})

test('characters that turn the order of others around are shown by their code', () => {
  assert.deepEqual(revealHidden('pay \u202Eknab\u202C!'), [
    { text: 'pay ', hidden: false },
    { text: 'U+202E', hidden: true },
    { text: 'knab', hidden: false },
    { text: 'U+202C', hidden: true },
    { text: '!', hidden: false },
  ])
  assert.deepEqual(hidden('\u2066a\u2069\u200Fb\u061C'), ['U+2066', 'U+2069 U+200F', 'U+061C'])
})

test('characters that cannot be seen are shown by their code, and counted where they repeat', () => {
  const cases: [string, string][] = [
    ['\u200B\u200B', 'U+200B ×2'],
    ['\u0000', 'U+0000'],
    ['\r', 'U+000D'],
    ['\u00A0', 'U+00A0'],
    ['\u3164', 'U+3164'],
    ['\u2800', 'U+2800'],
    ['\uFEFF', 'U+FEFF'],
    ['\u{E0041}\u{E0042}', 'U+E0041 U+E0042'],
    ['\uD800', 'U+D800'],
    ['\uE000', 'U+E000'],
    ['\u2028', 'U+2028'],
  ]
  for (const [text, name] of cases) assert.deepEqual(hidden(`a${text}b`), [name], name)
})

test('white space that would push the rest out of sight is counted', () => {
  assert.deepEqual(hidden(`yes${'\n'.repeat(300)}and delete all`), ['line break ×300'])
  assert.deepEqual(hidden(`yes${' '.repeat(90)}no`), ['space ×90'])
  assert.deepEqual(hidden('a\n\n\n\nb'), ['line break ×4'])
  assert.deepEqual(hidden('a\n\n\nb'), [])
})

test('a text of nothing but tricks is one piece, in which each is named', () => {
  const text = 'a\u200B'.repeat(100_000)
  const parts = revealHidden(text)
  assert.equal(parts.length, 1)
  assert.match(parts[0]?.text ?? '', /^a⟨U\+200B⟩a⟨U\+200B⟩/)
  assert.equal(withoutHidden('x\u202Ey'), 'x⟨U+202E⟩y')
})

test('in prose, what scripts, emoji and typography need stays as it is, and tricks are shown all the same', () => {
  for (const text of [
    'one\r\ntwo\tthree',
    '👩‍👩‍👧 ❤️',
    'שלום,\u200f מה שלומך',
    'می‌خواهم',
    '10\u00a0km',
    ' '.repeat(90),
  ])
    assert.deepEqual(revealHidden(text, true), [{ text, hidden: false }])
  const names = revealHidden('a\u200bb\u202ec\u{e0041}d\u0000e\u2066f\ud800', true).filter(
    (part) => part.hidden,
  )
  assert.deepEqual(
    names.map(({ text }) => text),
    ['U+200B', 'U+202E', 'U+E0041', 'U+0000', 'U+2066', 'U+D800'],
  )
})
