import type { BusyLoad } from './measures/busy.ts'
import type { CpuLoad } from './measures/cpu.ts'
import type { DeviceToolLoad } from './measures/device-tools.ts'
import type { FirstTokenLoad } from './measures/first-token.ts'
import type { GrownLoad } from './measures/grown.ts'
import type { ImageLoad } from './measures/image.ts'
import type { McpLoad } from './measures/mcp-calls.ts'
import type { IdleLoad } from './measures/memory.ts'
import type { ResumeLoad } from './measures/resume.ts'
import type { StatementLoad } from './measures/statements.ts'
import type { TurnLoad } from './measures/turn-cost.ts'
import type { TwoLoad } from './measures/two-processes.ts'

/** How much is measured. */
export interface Sizes {
  paced: TurnLoad
  native: TurnLoad
  flat: CpuLoad
  ttft: FirstTokenLoad
  busy: BusyLoad
  image: ImageLoad
  tools: DeviceToolLoad
  manyTools: CpuLoad
  rescue: CpuLoad
  mcp: McpLoad
  memory: IdleLoad
  grown: GrownLoad
  statements: StatementLoad
  resume: ResumeLoad
  two: TwoLoad
}

const rounds = { rounds: 9, roundsOfProcess: 3, warmUp: 1 }
const turns = { short: 4, long: 256, intervalMs: 20, streams: 100, shortClients: 5, ...rounds }

/** The loads that the aims are for. */
export const full: Sizes = {
  paced: turns,
  native: turns,
  flat: {
    what: 'CPU a token, 2 streams of 2,000, as fast as they come',
    ...{ tokens: 2000, intervalMs: 0, streams: 2, repeat: 20 },
    ...rounds,
    aim: '1.5 x',
  },
  ttft: { sizes: [10, 1000, 10_000], rounds: 6 },
  busy: {
    rounds: 3,
    burst: { streams: 100, tokens: 10, repeat: 10 },
    running: { streams: 1000, tokens: 1200, intervalMs: 500, prompts: 400 },
  },
  image: { imageBytes: 4_000_000, repeat: 7, warmUp: { small: 30, image: 3 } },
  tools: { tools: 128, rounds: 9, prompts: 100 },
  manyTools: {
    what: 'CPU a turn of a server with 2 tools, and with 200, the bytes of their schemas included',
    per: 'turn',
    ...{ tokens: 4, intervalMs: 20, streams: 50, repeat: 10 },
    ...rounds,
    aim: '1.2 x, without these bytes',
  },
  rescue: {
    what: 'CPU a token at a prompt with tools: rescue off, and on',
    ...{ tokens: 256, intervalMs: 20, streams: 100, repeat: 1 },
    ...rounds,
    aim: '1.05 x',
  },
  mcp: { calls: 100, rounds: 50, warmUp: 10 },
  memory: { streams: 500, rounds: 3, settleMs: 3000 },
  grown: { turns: 3000, atOnce: 100 },
  statements: { streams: 100, tokens: 500, intervalMs: 20, lateMs: 11_500 },
  resume: { tokens: 2000, repeat: 50 },
  two: { streams: 100, tokens: 64, intervalMs: 20, rounds: 10, warmUp: 6 },
}

const oneRound = { rounds: 1, roundsOfProcess: 1, warmUp: 0 }
const shortTurns = {
  ...full.paced,
  long: 32,
  intervalMs: 5,
  streams: 10,
  shortClients: 1,
  ...oneRound,
  warmUp: 1,
}

/** Enough to see that everything works. Its figures say nothing. */
export const smoke: Sizes = {
  paced: shortTurns,
  native: shortTurns,
  flat: { ...full.flat, what: 'CPU a token, flat', tokens: 500, repeat: 2, ...oneRound, aim: '' },
  ttft: { sizes: [10, 400], rounds: 1 },
  busy: {
    rounds: 1,
    burst: { streams: 10, tokens: 2, repeat: 1 },
    running: { streams: 20, tokens: 1200, intervalMs: 100, prompts: 5 },
  },
  image: { imageBytes: 400_000, repeat: 2, warmUp: { small: 1, image: 1 } },
  tools: { tools: 128, rounds: 1, prompts: 5 },
  manyTools: { ...full.manyTools, intervalMs: 5, streams: 5, repeat: 2, ...oneRound, aim: '' },
  rescue: { ...full.rescue, tokens: 32, intervalMs: 5, streams: 5, repeat: 1, ...oneRound, aim: '' },
  mcp: { calls: 10, rounds: 2, warmUp: 1 },
  memory: { streams: 20, rounds: 1, settleMs: 300 },
  grown: { turns: 100, atOnce: 50 },
  statements: { streams: 10, tokens: 50, intervalMs: 5, lateMs: 1_200 },
  resume: { tokens: 200, repeat: 5 },
  two: { streams: 10, tokens: 16, intervalMs: 5, rounds: 1, warmUp: 1 },
}
