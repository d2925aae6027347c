import { parseArgs } from 'node:util'

/** The load, and for how long. Times in milliseconds. */
export interface SoakOptions {
  streams: number
  stalled: number
  lastsMs: number
  pieces: number
  pauseMs: number
  restarts: number
  flapMs: number
  floodKiB: number
}

const options = {
  streams: { default: '1000', about: 'paced streams at once' },
  stalled: { default: '50', about: 'readers that stop reading a flood, and come again' },
  minutes: { default: '10', about: 'how long the load lasts' },
  pieces: { default: '60', about: 'pieces of a reply' },
  'pause-ms': { default: '500', about: 'time between two pieces' },
  restarts: { default: '2', about: 'how often PostgreSQL is restarted meanwhile' },
  'flap-seconds': { default: '60', about: 'how often the engine goes away for a moment' },
  'flood-kib': { default: '8192', about: 'length of the replies to stalled readers' },
} as const

/** The options of the command line; undefined where it asks for help, which has been printed. Throws where a value is no number. */
export function soakOptions(args: string[]): SoakOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(
        Object.entries(options).map(
          ([name, one]) => [name, { type: 'string', default: one.default }] as const,
        ),
      ),
    },
  })
  if (values.help) {
    console.log(
      'npm run soak -- [options]: two processes and one PostgreSQL under load, with all the trouble there is.\n',
    )
    for (const [name, one] of Object.entries(options)) {
      console.log(`  --${name.padEnd(14)} ${one.about} (${one.default})`)
    }
    return undefined
  }
  const of = (name: keyof typeof options) => {
    const number = Number((values as Record<string, unknown>)[name])
    if (!(number >= 0)) throw new Error(`--${name} takes a number`)
    return number
  }
  return {
    ...{ streams: of('streams'), stalled: of('stalled'), lastsMs: of('minutes') * 60_000 },
    ...{ pieces: of('pieces'), pauseMs: of('pause-ms'), restarts: of('restarts') },
    ...{ flapMs: of('flap-seconds') * 1_000, floodKiB: of('flood-kib') },
  }
}
