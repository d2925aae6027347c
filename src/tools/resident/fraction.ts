/** A number without rounding errors: `top / bottom`; `bottom` is positive. */
export interface Fraction {
  top: bigint
  bottom: bigint
}

/** Significant digits of a number that is rounded. */
const roundedDigits = 12
/** Significant digits that an exact number has at the most; a longer one is rounded. */
const exactDigits = 30

/** The fraction of a decimal number (`-1.5`, `1e-7`), or of two with a slash between them (`5/9`). Throws for other texts, and for numbers that take long to compute with. */
export function fraction(text: string): Fraction {
  const [first = '', second] = text.split('/')
  return second === undefined ? decimal(first) : divide(decimal(first), decimal(second))
}

export function add(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom }
}

export function subtract(a: Fraction, { top, bottom }: Fraction): Fraction {
  return add(a, { top: -top, bottom })
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom }
}

/** `b` is positive. */
export function divide(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom, bottom: a.bottom * b.top }
}

/** A fraction as a decimal number: with all its digits where these end soon, else rounded. */
export function decimalOf(value: Fraction): { text: string; isExact: boolean } {
  const sign = value.top < 0n ? '-' : ''
  const top = value.top < 0n ? -value.top : value.top
  const { bottom } = value
  if (top === 0n) return { text: '0', isExact: true }
  const exponent = exponentOf(top, bottom)
  const exact = scaled(top, bottom, exactDigits - 1 - exponent)
  const isExact = exact.rest === 0n
  const places = (isExact ? exactDigits : roundedDigits) - 1 - exponent
  const { whole, rest, divisor } = isExact ? exact : scaled(top, bottom, places)
  // Half is rounded up.
  return { text: sign + withPoint(rest * 2n >= divisor ? whole + 1n : whole, places), isExact }
}

function decimal(text: string): Fraction {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^([+-]?)(\d{1,400})(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i.exec(text) ?? []
  if (whole === '') throw new Error(`"${text.slice(0, 100)}" is no number of at most 400 digits`)
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${part}`)
  const shift = Number(exponent) - part.length
  return shift >= 0
    ? { top: digits * 10n ** BigInt(shift), bottom: 1n }
    : { top: digits, bottom: 10n ** BigInt(-shift) }
}

/** The power of ten of the first digit: 0 for 9.99, 1 for 10. */
function exponentOf(top: bigint, bottom: bigint): number {
  const guess = String(top).length - String(bottom).length
  const isSmaller = guess >= 0 ? top < bottom * 10n ** BigInt(guess) : top * 10n ** BigInt(-guess) < bottom
  return isSmaller ? guess - 1 : guess
}

/** `top / bottom`, times ten to the power of `places`. */
function scaled(top: bigint, bottom: bigint, places: number) {
  const power = 10n ** BigInt(Math.abs(places))
  const [dividend, divisor] = places >= 0 ? [top * power, bottom] : [top, bottom * power]
  return { whole: dividend / divisor, rest: dividend % divisor, divisor }
}

/** A whole number with its last `places` digits behind the point, without zeros at the end. */
function withPoint(whole: bigint, places: number): string {
  if (places <= 0) return String(whole * 10n ** BigInt(-places))
  const digits = String(whole).padStart(places + 1, '0')
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '')
}
