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

function quantity(text: string, units: Record<string, number>, bare: string): number | undefined {
  const [, number, unit = bare] = /^(\d+(?:\.\d+)?)([a-z]+)?$/i.exec(text) ?? []
  const scale = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined
  return number === undefined || scale === undefined ? undefined : Math.round(Number(number) * scale)
}

/** Milliseconds of `500ms`, `15s`, `10m`, `1.5h`, or of a bare number of seconds; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  return quantity(text, millisecondsIn, 's')
}

/** Bytes of `64KiB`, `4MiB`, `1GB`, or of a bare number of bytes; undefined for anything else. */
export function sizeBytes(text: string): number | undefined {
  return quantity(text, bytesIn, 'b')
}
