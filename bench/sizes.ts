import type { CpuLoad } from './measures/cpu.ts'
import type { FirstTokenLoad } from './measures/first-token.ts'
import type { IdleLoad } from './measures/memory.ts'

/** How much is measured. */
export interface Sizes {
  paced: CpuLoad
  flat: CpuLoad
  ttft: FirstTokenLoad
  memory: IdleLoad
}

/** The loads that the aims speak of. */
export const full: Sizes = {
  paced: {
    what: 'CPU a token, 100 streams of 64, 20 ms apart',
    tokens: 64,
    intervalMs: 20,
    streams: 100,
    repeat: 1,
    rounds: 9,
    aim: '1.15 x',
  },
  flat: {
    what: 'CPU a token, 2 streams of 2,000, as fast as they come',
    tokens: 2000,
    intervalMs: 0,
    streams: 2,
    repeat: 20,
    rounds: 9,
    aim: '1.5 x',
  },
  ttft: { sizes: [10, 1000, 10_000], rounds: 6 },
  memory: { streams: 500, rounds: 3, settleMs: 3000 },
}

/** Enough to see that everything works. Its figures say nothing. */
export const smoke: Sizes = {
  paced: {
    ...full.paced,
    what: 'CPU a token, paced',
    tokens: 16,
    intervalMs: 5,
    streams: 10,
    rounds: 1,
    aim: '',
  },
  flat: { ...full.flat, what: 'CPU a token, flat', tokens: 500, repeat: 2, rounds: 1, aim: '' },
  ttft: { sizes: [10, 400], rounds: 1 },
  memory: { streams: 20, rounds: 1, settleMs: 300 },
}
