import type { Tool } from '../../turn/ports/toolbox.ts'
import { errorMessage } from '../error-message.ts'

/** Longest expression, in characters: the parser calls itself for each parenthesis. */
const maxLength = 1_000
/** As many significant digits as every double keeps, so that 0.1 + 0.2 is 0.3. */
const digits = 15

/** Only numbers come in, and only a number comes out: no texts, lists, variables or functions of one's own. */
const operators = {
  ...{ assignment: false, comparison: false, concatenate: false, conditional: false, fndef: false },
  ...{ in: false, length: false, log: false, logical: false, random: false },
}

/** A tool that calculates the value of an expression. */
export function createCalculate(): Tool {
  return {
    schema: {
      type: 'function',
      function: {
        name: 'calculate',
        description:
          'Calculate the value of an arithmetic expression. Operators: + - * / ^ ! and % (remainder). Functions: sqrt, cbrt, abs, round, floor, ceil, trunc, exp, ln, log2, log10, sin, cos, tan, asin, acos, atan (in radians), min, max, hypot, atan2. Constants: PI, E',
        parameters: {
          type: 'object',
          properties: {
            expression: {
              type: 'string',
              description: 'The expression, such as (3 + 4) * 1.19 or sqrt(2) / 2',
            },
          },
          required: ['expression'],
        },
      },
    },
    idempotent: true,
    run: ({ expression }) => calculate(String(expression)),
  }
}

async function calculate(expression: string): Promise<string> {
  if (expression.length > maxLength)
    throw new Error(`The expression has ${expression.length} characters; ${maxLength} are allowed`)
  const value = await evaluate(withPlainSigns(expression))
  if (typeof value !== 'number') throw new Error('The expression is no number')
  if (Number.isNaN(value)) throw new Error('The result is not a real number')
  if (!Number.isFinite(value))
    throw new Error('The result is infinite: a division by zero, or a number beyond 1.8e308')
  const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value)
  return `${Number(value.toPrecision(digits))}${isRounded ? ' (rounded)' : ''}`
}

async function evaluate(expression: string): Promise<unknown> {
  // Loaded where it is used: most servers never calculate.
  const { Parser } = await import('expr-eval-fork')
  const parser = new Parser({ allowMemberAccess: false, operators })
  const { max, min, hypot, atan2 } = parser.functions
  // Without a prototype, `toString` is no function either.
  parser.functions = Object.assign(Object.create(null), { max, min, hypot, atan2 })
  parser.consts = Object.assign(Object.create(null), { PI: Math.PI, pi: Math.PI, E: Math.E, e: Math.E })
  try {
    return parser.parse(expression).evaluate(Object.create(null))
  } catch (error) {
    throw new Error(`The expression cannot be read: ${errorMessage(error)}${hintFor(expression)}`)
  }
}

/** What people and models write for `*`, `/`, `-` and `^`. */
function withPlainSigns(expression: string): string {
  return expression
    .replace(/[×·]|\*\*/g, (sign) => (sign === '**' ? '^' : '*'))
    .replaceAll('÷', '/')
    .replaceAll('−', '-')
}

function hintFor(expression: string): string {
  if (/\blog\(/.test(expression)) return '. Write ln, log10 or log2'
  if (/%\s*($|[)+*/-])/.test(expression)) return '. % is the remainder of a division: write 12/100 for 12 %'
  if (/\d,\d{3}\b/.test(expression)) return '. Write numbers without thousands separators'
  return ''
}
