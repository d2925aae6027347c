/** Round numbers from at or below the least value to at or above the greatest one: 3 to 6 of them. */
export function ticksOf(least: number, most: number): number[] {
  const range = most - least
  // Values that are all the same get a scale around them.
  if (!(range > 0) || !Number.isFinite(range)) return range === 0 ? [least - 1, least, least + 1] : [0, 1]
  const rough = range / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10)
  const first = Math.floor(least / step)
  const last = Math.ceil(most / step)
  if (!Number.isFinite(step) || step === 0 || last - first > 10) return [least, most]
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** A number for a label: at most 6 digits that mean something. */
export function numberText(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toExponential(2)
  return value.toLocaleString('en', { maximumSignificantDigits: 6 })
}

/** A number for an axis, where there is little room: `1.5M`. */
export function axisText(value: number): string {
  const size = Math.abs(value)
  if (size < 10_000 || size >= 1e15) return numberText(value)
  return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 4 })
}

/** Labels for the ends of an axis and its middle: dates and times without what all have in common. */
export function shortLabels(labels: readonly string[]): string[] {
  const [first] = labels
  const sameDay =
    first !== undefined &&
    /^\d{4}-\d{2}-\d{2}[T ]/.test(first) &&
    labels.every((one) => one.startsWith(first.slice(0, 10)))
  return labels.map((label) => {
    const time = /^\d{4}-(\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?/.exec(label)
    if (!time) return label.length > 16 ? `${label.slice(0, 15)}…` : label
    if (time[2] === undefined) return time[1] ?? label
    return sameDay ? time[2] : `${time[1]} ${time[2]}`
  })
}
