import { didYouMean } from '../../protocol/closest-name.ts'
import { type Fraction, fraction } from './fraction.ts'

/** A unit: a value in it, plus `offset`, times `factor`, is the value in the base unit of its quantity. */
export interface Unit {
  symbol: string
  quantity: string
  factor: Fraction
  offset: Fraction
}

/**
 * Rows of symbol, factor, names and offset. The factors are exact by definition (NIST Special Publication 811, appendix B;
 * IEC 80000-13 for data). Months and years have no fixed length.
 */
const quantities: Record<string, [symbol: string, factor: string, names: string, offset?: string][]> = {
  length: [
    ['um', '0.000001', 'µm micrometer micrometre micron'],
    ['mm', '0.001', 'millimeter millimetre'],
    ['cm', '0.01', 'centimeter centimetre'],
    ['m', '1', 'meter metre'],
    ['km', '1000', 'kilometer kilometre'],
    ['in', '0.0254', 'inch inches "'],
    ['ft', '0.3048', "foot feet '"],
    ['yd', '0.9144', 'yard'],
    ['mi', '1609.344', 'mile'],
    ['nmi', '1852', 'nautical_mile'],
  ],
  mass: [
    ['mg', '0.000001', 'milligram'],
    ['g', '0.001', 'gram gramme'],
    ['kg', '1', 'kilogram kilo'],
    ['t', '1000', 'tonne metric_ton'],
    ['oz', '0.028349523125', 'ounce'],
    ['lb', '0.45359237', 'lbs pound'],
    ['st', '6.35029318', 'stone'],
    ['short_ton', '907.18474', 'us_ton'],
  ],
  temperature: [
    ['°C', '1', 'C celsius degC degrees_celsius', '273.15'],
    ['°F', '5/9', 'F fahrenheit degF degrees_fahrenheit', '459.67'],
    ['K', '1', 'kelvin'],
  ],
  volume: [
    ['ml', '0.001', 'milliliter millilitre cc cm3 cm³'],
    ['cl', '0.01', 'centiliter centilitre'],
    ['dl', '0.1', 'deciliter decilitre'],
    ['l', '1', 'liter litre'],
    ['m3', '1000', 'm³ cubic_meter cubic_metre'],
    ['tsp', '0.00492892159375', 'teaspoon'],
    ['tbsp', '0.01478676478125', 'tablespoon'],
    ['fl_oz', '0.0295735295625', 'fluid_ounce floz'],
    ['cup', '0.2365882365', 'us_cup'],
    ['pt', '0.473176473', 'pint us_pint'],
    ['qt', '0.946352946', 'quart us_quart'],
    ['gal', '3.785411784', 'gallon us_gallon'],
    ['imp_pt', '0.56826125', 'imperial_pint'],
    ['imp_gal', '4.54609', 'imperial_gallon'],
  ],
  speed: [
    ['m/s', '1', 'mps meters_per_second metres_per_second'],
    ['km/h', '1/3.6', 'kph kmh kilometers_per_hour kilometres_per_hour'],
    ['mph', '0.44704', 'mi/h miles_per_hour'],
    ['kn', '1852/3600', 'kt knot'],
    ['ft/s', '0.3048', 'fps feet_per_second'],
  ],
  area: [
    ['cm2', '0.0001', 'cm² square_centimeter square_centimetre'],
    ['m2', '1', 'm² sqm square_meter square_metre'],
    ['ha', '10000', 'hectare'],
    ['km2', '1000000', 'km² square_kilometer square_kilometre'],
    ['in2', '0.00064516', 'in² sqin square_inch square_inches'],
    ['ft2', '0.09290304', 'ft² sqft square_foot square_feet'],
    ['yd2', '0.83612736', 'yd² square_yard'],
    ['acre', '4046.8564224', 'ac'],
    ['mi2', '2589988.110336', 'mi² square_mile'],
  ],
  data: [
    ['bit', '1/8', 'b'],
    ['kbit', '125', 'kb kilobit'],
    ['Mbit', '125000', 'Mb megabit'],
    ['Gbit', '125000000', 'Gb gigabit'],
    ['B', '1', 'byte'],
    ['kB', '1000', 'KB kilobyte'],
    ['MB', '1000000', 'megabyte'],
    ['GB', '1000000000', 'gigabyte'],
    ['TB', '1000000000000', 'terabyte'],
    ['KiB', '1024', 'kibibyte'],
    ['MiB', '1048576', 'mebibyte'],
    ['GiB', '1073741824', 'gibibyte'],
    ['TiB', '1099511627776', 'tebibyte'],
  ],
  time: [
    ['ms', '0.001', 'millisecond'],
    ['s', '1', 'sec second'],
    ['min', '60', 'minute'],
    ['h', '3600', 'hr hour'],
    ['d', '86400', 'day'],
    ['wk', '604800', 'week'],
  ],
}

const units = new Map<string, Unit>()
for (const [quantity, rows] of Object.entries(quantities)) {
  for (const [symbol, factor, names, offset = '0'] of rows) {
    const unit = { symbol, quantity, factor: fraction(factor), offset: fraction(offset) }
    for (const name of [symbol, ...names.split(' ')]) units.set(name, unit)
  }
}

/** The symbols of all units of a quantity. */
export function symbolsOf(quantity: string): string[] {
  return (quantities[quantity] ?? []).map(([symbol]) => symbol)
}

/** The unit of a symbol or an English name, also in the plural. Throws where there is none, or case decides which one is meant. */
export function findUnit(text: string): Unit {
  const name = text.trim().replace(/\s+/g, '_')
  const singular = name.length > 2 ? name.replace(/s$/i, '') : name
  const exact = units.get(name) ?? units.get(singular)
  if (exact) return exact
  const isMeant = (each: string) =>
    [name, singular].some((wanted) => each.toLowerCase() === wanted.toLowerCase())
  const meant = new Set([...units].filter(([each]) => isMeant(each)).map(([, unit]) => unit))
  const [only] = meant
  if (only && meant.size === 1) return only
  const shown = text.slice(0, 100)
  if (only) throw new Error(`"${shown}" can be ${[...meant].map(({ symbol }) => symbol).join(' or ')}`)
  const list = Object.keys(quantities).map((quantity) => `${quantity}: ${symbolsOf(quantity).join(', ')}`)
  const hint = didYouMean(name.slice(0, 100), units.keys()) || '.'
  throw new Error(`There is no unit "${shown}"${hint} The units are: ${list.join('; ')}`)
}
