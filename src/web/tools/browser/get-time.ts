import type { DeviceTool } from '../../../client/types.ts'

/** The date and the time, where the person is. */
export const getTime: DeviceTool = {
  name: 'get_time',
  description: "Get the current date, time, weekday and time zone of the user's device",
  parameters: { type: 'object', properties: {} },
  repeatable: true,
  run: () => timeAt(new Date(), Intl.DateTimeFormat().resolvedOptions().timeZone),
}

function timeAt(now: Date, zone: string) {
  // Minutes west of Greenwich.
  const offset = -now.getTimezoneOffset()
  const local = new Date(now.getTime() + offset * 60_000).toISOString()
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0')
  return {
    date: local.slice(0, 10),
    time: local.slice(11, 19),
    weekday: now.toLocaleDateString('en', { weekday: 'long' }),
    zone,
    utcOffset: `${offset < 0 ? '-' : '+'}${hours}:${minutes}`,
  }
}
