import fc from 'fast-check'

/** All but the halves of surrogate pairs. */
const codePoints = fc
  .integer({ min: 0, max: 0x10_ff_ff - 0x800 })
  .map((number) => (number < 0xd800 ? number : number + 0x800))

/**
 * Any well-formed text, of at most so many characters. `fc.string({ unit: 'binary' })` is the same, but makes a table of all
 * characters first, which takes a second in each process.
 */
export function wellFormedTexts(maxLength = 10): fc.Arbitrary<string> {
  return fc.array(codePoints, { maxLength }).map((codes) => String.fromCodePoint(...codes))
}
