import { parseArgs } from 'node:util'
import { type Contender, chatterd, pipe, startEngine } from './contenders.ts'
import { measureCpu } from './measures/cpu.ts'
import { measureFirstToken } from './measures/first-token.ts'
import { measureMemory } from './measures/memory.ts'
import { measureStart } from './measures/start.ts'
import { openDatabase } from './postgres.ts'
import { type Figure, report } from './report.ts'
import { full, type Sizes, smoke } from './sizes.ts'

const parts = ['paced', 'flat', 'ttft', 'memory', 'start'] as const
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
    /** Address of a PostgreSQL, or `embedded`; by default one of our own is started. */
    database: { type: 'string' },
    rounds: { type: 'string' },
  },
})

async function measure(part: Part, engineUrl: string, other: Contender, sizes: Sizes): Promise<Figure[]> {
  const contenders = [pipe(engineUrl), other] as const
  if (part === 'paced' || part === 'flat') return [await measureCpu(contenders, sizes[part])]
  if (part === 'ttft') return measureFirstToken(contenders, sizes.ttft)
  if (part === 'memory') return [await measureMemory(contenders, sizes.memory)]
  return other.name === 'chatterd' ? measureStart(engineUrl) : []
}

function chosenSizes(): Sizes {
  const sizes = values.smoke ? smoke : full
  if (values.rounds === undefined) return sizes
  const rounds = Number(values.rounds)
  if (!(rounds >= 1)) throw new Error('--rounds takes a number from 1')
  return {
    ...sizes,
    paced: { ...sizes.paced, rounds },
    flat: { ...sizes.flat, rounds },
    memory: { ...sizes.memory, rounds },
  }
}

const unknown = positionals.find((word) => !isPart(word))
if (unknown) throw new Error(`there is no part ${unknown}; there are ${parts.join(', ')}`)
const chosen = positionals.length > 0 ? positionals.filter(isPart) : parts
const sizes = chosenSizes()
const itself = values.against === 'pipe'
const database = itself || values.database === 'embedded' ? undefined : await openDatabase(values.database)
try {
  const engine = await startEngine()
  try {
    const other = itself ? pipe(engine.url, 'pipe again') : chatterd(engine.url, database?.url)
    const figures: Figure[] = []
    for (const part of chosen) {
      console.error(`measuring ${part}`)
      figures.push(...(await measure(part, engine.url, other, sizes)))
    }
    console.log(report(other.name, figures))
  } finally {
    await engine.stop()
  }
} finally {
  await database?.stop()
}
