import type { CpuLoad } from './measures/cpu.ts'
import type { FirstTokenLoad } from './measures/first-token.ts'
import type { IdleLoad } from './measures/memory.ts'
import type { ResumeLoad } from './measures/resume.ts'
import type { StatementLoad } from './measures/statements.ts'
import type { TwoLoad } from './measures/two-processes.ts'

/** How much is measured. */
export interface Sizes {
  paced: CpuLoad
  flat: CpuLoad
  ttft: FirstTokenLoad
  memory: IdleLoad
  native: CpuLoad
  statements: StatementLoad
  resume: ResumeLoad
  two: TwoLoad
}

const paced = { tokens: 64, intervalMs: 20, streams: 100, repeat: 1, rounds: 9, warmUp: 6 }
const what = 'CPU a token, 100 streams of 64, 20 ms apart'

/** The loads that the aims are for. */
export const full: Sizes = {
  paced: { ...paced, what, aim: '1.15 x' },
  native: { ...paced, what: `${what}, native dialect`, aim: '1.25 x' },
  statements: { streams: 100, tokens: 500, intervalMs: 20, lateMs: 11_500 },
  resume: { tokens: 2000, repeat: 50 },
  two: { streams: 100, tokens: 64, intervalMs: 20, rounds: 10, warmUp: 6 },
  flat: {
    what: 'CPU a token, 2 streams of 2,000, as fast as they come',
    tokens: 2000,
    intervalMs: 0,
    streams: 2,
    repeat: 20,
    rounds: 9,
    warmUp: 1,
    aim: '1.5 x',
  },
  ttft: { sizes: [10, 1000, 10_000], rounds: 6 },
  memory: { streams: 500, rounds: 3, settleMs: 3000 },
}

const short = { tokens: 16, intervalMs: 5, streams: 10, rounds: 1, warmUp: 1, aim: '' }

/** Enough to see that everything works. Its figures say nothing. */
export const smoke: Sizes = {
  paced: { ...full.paced, ...short, what: 'CPU a token, paced' },
  native: { ...full.native, ...short, what: 'CPU a token, paced, native dialect' },
  flat: { ...full.flat, what: 'CPU a token, flat', tokens: 500, repeat: 2, rounds: 1, warmUp: 1, aim: '' },
  ttft: { sizes: [10, 400], rounds: 1 },
  memory: { streams: 20, rounds: 1, settleMs: 300 },
  statements: { streams: 10, tokens: 50, intervalMs: 5, lateMs: 1_200 },
  resume: { tokens: 200, repeat: 5 },
  two: { streams: 10, tokens: 16, intervalMs: 5, rounds: 1, warmUp: 1 },
}
