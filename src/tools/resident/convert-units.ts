import type { Tool } from '../../turn/ports/toolbox.ts'
import { add, decimalOf, divide, fraction, multiply, subtract } from './fraction.ts'
import { findUnit, symbolsOf, type Unit } from './units.ts'

/** A tool that converts a value from one unit to another. */
export function createConvertUnits(): Tool {
  const unit = 'as a symbol or an English name, such as km, miles, °F, fl_oz or MiB'
  return {
    schema: {
      type: 'function',
      function: {
        name: 'convert_units',
        description:
          'Convert a value between units of length, mass, temperature, volume, speed, area, data or time. Volumes such as cup and gallon are those of the US',
        parameters: {
          type: 'object',
          properties: {
            value: { type: 'number', description: 'The value to convert' },
            from: { type: 'string', description: `The unit of the value, ${unit}` },
            to: { type: 'string', description: `The unit to convert it to, ${unit}` },
          },
          required: ['value', 'from', 'to'],
        },
      },
    },
    idempotent: true,
    run: ({ value, from, to }) => convert(String(value), findUnit(String(from)), findUnit(String(to))),
  }
}

/** A sentence such as `26.2 mi = 42.1648128 km`. */
function convert(value: string, from: Unit, to: Unit): string {
  if (from.quantity !== to.quantity) {
    const both = `${from.symbol} is a unit of ${from.quantity}, and ${to.symbol} one of ${to.quantity}`
    throw new Error(`${both}. The units of ${from.quantity} are: ${symbolsOf(from.quantity).join(', ')}`)
  }
  const inBase = multiply(add(fraction(value), from.offset), from.factor)
  const { text, isExact } = decimalOf(subtract(divide(inBase, to.factor), to.offset))
  return `${value} ${from.symbol} = ${text} ${to.symbol}${isExact ? '' : ' (rounded)'}`
}
