import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dialect } from './dialects.ts'
import { type ServerProcess, startProcess } from './start-process.ts'

/** What is measured: the bare pipe, and another beside it in the same run. */
export interface Contender {
  name: string
  dialect: Dialect
  /** Starts a fresh one. `observed` ones collect their garbage when they are sent SIGWINCH. */
  start(options?: { observed?: boolean }): Promise<ServerProcess>
}

/** More than any part has at once; the default is as many as `busy` runs beside its prompts. */
const maxTurns = 4000

const observe = ['--expose-gc', '--import', join(import.meta.dirname, 'gc-on-signal.ts')]

/** The bare pipe. */
export function pipe(engineUrl: string, name = 'pipe'): Contender {
  return {
    ...{ name, dialect: 'classic' },
    start: ({ observed = false } = {}) =>
      startProcess('bench/pipe.ts', {
        env: { OLLAMA_BASE_URL: engineUrl },
        nodeArgs: observed ? observe : [],
      }),
  }
}

/** Which chatterd is measured, and how. */
interface ChatterdOptions {
  dialect?: Dialect
  dataFolder?: string
  /** The checkout whose `dist/` is run; default: this one. */
  checkout?: string
  /** How many resident tools it has, from files. Default: none but the built-in one. */
  tools?: number
  /** Further settings. */
  env?: Record<string, string>
}

/** The server as it is shipped, built, on a database; without an address on its embedded one, in a data directory of its own. */
export function chatterd(
  engineUrl: string,
  databaseUrl: string | undefined,
  { dialect = 'classic', dataFolder, checkout, tools, env }: ChatterdOptions = {},
): Contender {
  return {
    ...{ name: checkout === undefined ? 'chatterd' : 'before', dialect },
    start: async ({ observed = false } = {}) => {
      const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'chatterd-bench-')))
      const config = tools === undefined ? undefined : await writeTools(folder, tools)
      const server = await startProcess(join(checkout ?? '', 'dist/cli/chatterd.js'), {
        args: config === undefined ? ['serve'] : ['serve', '--config', config],
        env: {
          ...env,
          OLLAMA_BASE_URL: engineUrl,
          CHATTERD_ENGINE: 'ollama',
          CHATTERD_DATA_DIR: folder,
          CHATTERD_MAX_TURNS: String(maxTurns),
          // Turns whose client was closed need not end.
          CHATTERD_DRAIN_TIMEOUT: '1s',
          DATABASE_URL: databaseUrl,
        },
        nodeArgs: observed ? observe : [],
        readyPath: '/readyz',
      })
      const stop = async () => {
        await server.stop()
        if (!dataFolder) await rm(folder, { recursive: true, force: true })
      }
      return { ...server, stop }
    },
  }
}

/** Writes a settings file whose folder of tools has so many, as large as those of users are. Returns its path. */
async function writeTools(folder: string, count: number): Promise<string> {
  const property = (name: string) => [
    name,
    { type: 'string', description: `The ${name} of what is asked for` },
  ]
  const properties = Object.fromEntries(['latitude', 'longitude', 'unit'].map(property))
  const parameters = { type: 'object', properties, required: ['latitude', 'longitude'] }
  const definitions = Array.from({ length: count }, (_, index) => {
    const description = `Get the value number ${index} of the sensors of this house, with the time at which it was read`
    return `export const read_sensor_${index} = { description: '${description}', parameters, run: () => 'nothing' }`
  })
  await mkdir(join(folder, 'own'))
  await writeFile(
    join(folder, 'own', 'sensors.js'),
    `const parameters = ${JSON.stringify(parameters)}\n${definitions.join('\n')}\n`,
  )
  const config = join(folder, 'chatterd.toml')
  await writeFile(config, '[tools]\nfolder = "own"\n')
  return config
}

/** The fake engine, which all contenders of a run share. */
export function startEngine(): Promise<ServerProcess> {
  return startProcess('bench/fake-engine.ts', { readyPath: '/api/version' })
}
