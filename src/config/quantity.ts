const millisecondsIn: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const bytesIn: Record<string, number> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

function quantity(text: string, units: Record<string, number>, bareUnit: string): number | undefined {
  const [, number, unit = bareUnit] = /^(\d+(?:\.\d+)?)([a-z]+)?$/i.exec(text) ?? []
  const scale = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined
  return number === undefined || scale === undefined ? undefined : Math.round(Number(number) * scale)
}

/** The milliseconds that `500ms`, `15s`, `10m`, `1.5h` or a bare number of seconds stands for; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  return quantity(text, millisecondsIn, 's')
}

/** The bytes that `64KiB`, `4MiB`, `1GB` or a bare number of bytes stands for; undefined for any other text. */
export function sizeBytes(text: string): number | undefined {
  return quantity(text, bytesIn, 'b')
}
