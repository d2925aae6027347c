import { closestName } from '../../protocol/closest-name.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'

/** A tool that returns the date and the time in a time zone. `now`: the clock. */
export function createGetTime(now: () => Date): Tool {
  return {
    schema: {
      type: 'function',
      function: {
        name: 'get_time',
        description: 'Get the current date, time, weekday and UTC offset in a time zone',
        parameters: {
          type: 'object',
          properties: {
            zone: {
              type: 'string',
              description:
                'IANA time zone, such as Europe/Paris or UTC. Leave it out for the time zone of the server',
            },
          },
        },
      },
    },
    idempotent: true,
    run: ({ zone }) => timeIn(zone === undefined ? undefined : String(zone).trim(), now()),
  }
}

function timeIn(zone: string | undefined, now: Date) {
  const format = formatOf(zone)
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
    weekday: part('weekday'),
    zone: zone ?? format.resolvedOptions().timeZone,
    // "GMT-05:00", and "GMT" alone for UTC.
    utcOffset: part('timeZoneName').slice('GMT'.length) || '+00:00',
  }
}

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const two = '2-digit'
  try {
    return new Intl.DateTimeFormat('en', {
      ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
      ...{ weekday: 'long', timeZoneName: 'longOffset' },
    })
  } catch (cause) {
    if (!(cause instanceof RangeError) || timeZone === undefined) throw cause
    throw new Error(unknownZone(timeZone))
  }
}

/** People say the city alone: "New York" is meant for America/New_York. */
function unknownZone(zone: string): string {
  const zones = Intl.supportedValuesOf('timeZone')
  const cityOf = (name: string) => name.slice(name.lastIndexOf('/') + 1)
  const wanted = cityOf(zone).replace(/\s+/g, '_')
  const city = closestName(wanted, zones.map(cityOf))
  const meant = closestName(zone, zones) ?? zones.find((name) => cityOf(name) === city)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `There is no time zone "${zone.slice(0, 100)}"${hint || '.'} Zones have IANA names, such as Europe/Paris, or are UTC offsets, such as +05:30`
}
