import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createToolbox } from '../toolbox.ts'
import { createCalculate } from './calculate.ts'

async function calculate(expression: string): Promise<string> {
  const context = { signal: new AbortController().signal, conversation: 'app', turn: 't', callId: 'c' }
  return (await createToolbox([createCalculate()]).run('calculate', { expression }, context)).output
}

const values: [expression: string, value: string][] = [
  ['0.1 + 0.2', '0.3'],
  ['(3 + 4) * 1.19', '8.33'],
  ['2 ** 10 × 3 ÷ 4 − 1', '767'],
  ['-2^2', '-4'],
  ['17 % 5', '2'],
  ['sqrt(2) / 2', '0.707106781186548'],
  ['10!', '3628800'],
  ['sin(pi / 2) + ln(e)', '2'],
  ['max(3, 1, 2) - min(3, 1, 2) + hypot(3, 4)', '7'],
  ['2^64', '18446744073709600000 (rounded)'],
  ['1e3 / 3', '333.333333333333'],
]
for (const [expression, value] of values) {
  test(`${expression} is ${value}`, async () => assert.equal(await calculate(expression), value))
}

const refused: [expression: string, reason: RegExp][] = [
  ['', /cannot be read/],
  ['(1 + 2', /cannot be read: .*Expected \)/],
  ['1 / 0', /infinite/],
  ['sqrt(-1)', /not a real number/],
  ['log(100)', /Write ln, log10 or log2/],
  ['50 * 12%', /write 12\/100 for 12 %/],
  ['1,234 + 1', /without thousands separators/],
  ['x + 1', /undefined variable: x/],
  ...[
    ...[
      '"a"',
      '[1, 2]',
      'toString',
      'constructor',
      '__proto__',
      'max',
      'x = 1; x',
      'f(x) = x; f(1)',
      'random(1)',
    ],
    ...['PI.constructor', 'max.constructor("return 1")()', 'map(max, [1])', '1 < 2', 'true', '"a" || "b"'],
    ...['valueOf()', 'hasOwnProperty(1)', 'if(1, 2, 3)', '1 ? 2 : 3', 'length("a")'],
  ].map((expression): [string, RegExp] => [expression, /cannot be read|is no number|not a real number/]),
  ['1+'.repeat(600), /has 1200 characters; 1000 are allowed/],
]
for (const [expression, reason] of refused) {
  test(`${expression.slice(0, 40)} is refused with words`, async () =>
    assert.match(await calculate(expression), reason))
}

for (const expression of [
  ...['('.repeat(1_000), '-'.repeat(1_000), `${'2^'.repeat(499)}2`, `1${'!'.repeat(999)}`],
  ...['1e308!', '(-1e9)!', '(1e9 + 0.5)!'],
])
  test(
    `${expression.slice(0, 20)}… of ${expression.length} characters gets an answer`,
    { timeout: 10_000 },
    async () => assert.ok(await calculate(expression)),
  )
