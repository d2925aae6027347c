import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Contender, chatterd, pipe, startEngine } from './contenders.ts'
import type { Dialect } from './dialects.ts'
import { measureBusy } from './measures/busy.ts'
import { measureCpu } from './measures/cpu.ts'
import { measureDeviceTools } from './measures/device-tools.ts'
import { measureFirstToken } from './measures/first-token.ts'
import { measureGrown } from './measures/grown.ts'
import { measureImage } from './measures/image.ts'
import { measureMcpCalls } from './measures/mcp-calls.ts'
import { measureMemory } from './measures/memory.ts'
import { measureResume } from './measures/resume.ts'
import { measureStart } from './measures/start.ts'
import { measureStatements } from './measures/statements.ts'
import { measureTurns } from './measures/turn-cost.ts'
import { measureTwo } from './measures/two-processes.ts'
import { type Database, openDatabase } from './postgres.ts'
import { type Figure, report } from './report.ts'
import { full, type Sizes, smoke } from './sizes.ts'

const parts = [
  'paced',
  'native',
  'flat',
  'ttft',
  'busy',
  'image',
  'tools',
  'toolbox',
  'memory',
  'start',
  'grown',
  'statements',
  'resume',
  'two',
] as const
type Part = (typeof parts)[number]

function isPart(word: string): word is Part {
  return parts.some((part) => part === word)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: 'boolean', default: false },
    /** `chatterd`, or `pipe`: the pipe against itself, which shows the noise. */
    against: { type: 'string', default: 'chatterd' },
    /** Folder of another checkout, built: its chatterd takes the pipe's part. */
    before: { type: 'string' },
    /** Address of a PostgreSQL, or `embedded`; by default one of our own is started. */
    database: { type: 'string' },
    rounds: { type: 'string' },
  },
})

async function measure(part: Part, scene: Scene, sizes: Sizes): Promise<Figure[]> {
  const { bare, bareNative, classic, native, database } = scene
  switch (part) {
    case 'paced':
      return measureTurns([bare, classic], sizes.paced)
    case 'native':
      return native ? measureTurns([bareNative, native], sizes.native) : []
    case 'flat':
      return [await measureCpu([bare, classic], sizes.flat)]
    case 'ttft':
      return measureFirstToken([bare, classic], sizes.ttft)
    case 'busy':
      return measureBusy([bare, classic], sizes.busy)
    case 'image':
      return measureImage([bare, classic], sizes.image)
    case 'tools':
      return measureDeviceTools([bare, classic], sizes.tools, database?.pid)
    case 'toolbox':
      return native ? measureToolbox(scene, sizes) : []
    case 'memory':
      return [
        await measureMemory([bare, classic], sizes.memory),
        ...(native ? [await measureMemory([bareNative, native], sizes.memory)] : []),
      ]
    case 'start':
      return native ? measureStart(scene.engineUrl) : []
    case 'grown':
      return native ? [await measureGrown(scene.engineUrl, sizes.grown)] : []
  }
  // The rest looks at the database, and at several processes that share it.
  if (!native || !database) return []
  if (part === 'resume') return measureResume(native, sizes.resume)
  if (part === 'two') return [await measureTwo(native, sizes.two, database.pid)]
  return [
    await measureStatements(classic, sizes.statements, database.url),
    await measureStatements(native, sizes.statements, database.url),
  ]
}

async function measureToolbox({ engineUrl, database }: Scene, sizes: Sizes): Promise<Figure[]> {
  // As many fit into the window as there are.
  const window = { CHATTERD_CONTEXT_TOKENS: '65536' }
  const having = (tools: number, env = {}) =>
    chatterd(engineUrl, database?.url, { tools, env: { ...window, ...env } })
  return [
    await measureCpu([having(2), having(200)], sizes.manyTools),
    await measureCpu([having(2, { CHATTERD_RESCUE: 'off' }), having(2)], sizes.rescue),
    await measureMcpCalls(sizes.mcp),
  ]
}

function chosenSizes(): Sizes {
  const sizes = values.smoke ? smoke : full
  if (values.rounds === undefined) return sizes
  const rounds = Number(values.rounds)
  if (!(rounds >= 1)) throw new Error('--rounds takes a number from 1')
  return {
    ...sizes,
    paced: { ...sizes.paced, rounds },
    native: { ...sizes.native, rounds },
    two: { ...sizes.two, rounds },
    flat: { ...sizes.flat, rounds },
    busy: { ...sizes.busy, rounds },
    manyTools: { ...sizes.manyTools, rounds },
    rescue: { ...sizes.rescue, rounds },
    memory: { ...sizes.memory, rounds },
  }
}

/** What is measured, and against what. */
interface Scene {
  engineUrl: string
  bare: Contender
  /** The same for what is measured in the native dialect. */
  bareNative: Contender
  classic: Contender
  /** Undefined where the pipe is measured against itself. */
  native: Contender | undefined
  /** Undefined where each has an embedded one. */
  database: Database | undefined
}

const unknown = positionals.find((word) => !isPart(word))
if (unknown) throw new Error(`there is no part ${unknown}; there are ${parts.join(', ')}`)
const chosen = positionals.length > 0 ? positionals.filter(isPart) : parts
const sizes = chosenSizes()
const itself = values.against === 'pipe'
const database = itself || values.database === 'embedded' ? undefined : await openDatabase(values.database)
// Two builds cannot share a schema.
const databaseBefore = values.before && database ? await openDatabase(undefined) : undefined

function before(engineUrl: string, dialect: Dialect): Contender {
  if (values.before === undefined) return pipe(engineUrl)
  return chatterd(engineUrl, databaseBefore?.url, { dialect, checkout: resolve(values.before) })
}

try {
  const engine = await startEngine()
  try {
    const { url: engineUrl } = engine
    const scene: Scene = {
      ...{ engineUrl, database, bare: before(engineUrl, 'classic'), bareNative: before(engineUrl, 'native') },
      classic: itself ? pipe(engineUrl, 'pipe again') : chatterd(engineUrl, database?.url),
      native: itself ? undefined : chatterd(engineUrl, database?.url, { dialect: 'native' }),
    }
    const figures: Figure[] = []
    for (const part of chosen) {
      console.error(`measuring ${part}`)
      figures.push(...(await measure(part, scene, sizes)))
    }
    console.log(report(scene.bare.name, scene.classic.name, figures))
  } finally {
    await engine.stop()
  }
} finally {
  await database?.stop()
  await databaseBefore?.stop()
}
