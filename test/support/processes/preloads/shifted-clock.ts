// Given to a process with `--import`: its clock is ahead by CLOCK_SHIFT_MS milliseconds, or behind where that is negative.

const { CLOCK_SHIFT_MS: shift } = process.env
const { now } = Date
const shifted = () => now() + Number(shift)

globalThis.Date = new Proxy(Date, {
  construct: (date, given, made) => Reflect.construct(date, given.length === 0 ? [shifted()] : given, made),
  get: (date, key, receiver) => (key === 'now' ? shifted : Reflect.get(date, key, receiver)),
})
