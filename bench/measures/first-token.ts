import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import type { Figure } from '../report.ts'
import { runLoad, type Target } from '../run-load.ts'
import { seedConversation } from '../seed-conversation.ts'
import { median } from '../statistics.ts'

/** Prompts to conversations of several lengths. */
export interface FirstTokenLoad {
  /** Messages that lie in each conversation, fewest first. */
  sizes: number[]
  /** Rounds of prompts, each a new client and a new conversation of the shortest length. */
  rounds: number
}

// Each prompt adds two messages, so a short conversation must not serve many. The first prompts of a client open its
// connections and warm its code up: they are left out.
const warmUp = 5
const promptsInRound = 20
const model = benchModelName(1, 0)
const longSize = 100

/** Time from the request to the first token: each prompt goes to a conversation of each size and as often to the pipe, in turn. Medians. */
export async function measureFirstToken(
  contenders: readonly [Contender, Contender],
  load: FirstTokenLoad,
): Promise<Figure[]> {
  const [pipe, other] = await Promise.all([contenders[0].start(), contenders[1].start()])
  // A database may remember other runs.
  const run = `first token ${Date.now()}`
  const pipeTimes: number[] = []
  const times: number[][] = load.sizes.map(() => [])
  try {
    for (let round = 0; round < load.rounds; round++) {
      const targets: Target[] = []
      for (const size of load.sizes) {
        const isNew = round === 0 || size < longSize
        const conversation = `${run} ${size} ${isNew ? round : 0}`
        if (isNew) await seedConversation(other.url, conversation, size)
        // The pipe as often as the other, so that its code is as warm.
        targets.push({ url: pipe.url, conversation: run }, { url: other.url, conversation })
      }
      const plan = { targets, model, streams: 1, repeat: warmUp + promptsInRound, hold: false }
      const { firstTokenMs } = await runLoad(plan)
      for (const [index, some] of firstTokenMs.entries()) {
        const those = index % 2 === 0 ? pipeTimes : times[(index - 1) / 2]
        those?.push(...some.slice(warmUp))
      }
    }
  } finally {
    await Promise.all([pipe.stop(), other.stop()])
  }
  const medians = times.map(median)
  return medians.map((full, index) => figure(load.sizes, index, median(pipeTimes), full, medians[0] ?? full))
}

function figure(sizes: number[], index: number, bare: number, full: number, shortest: number): Figure {
  const size = sizes[index] ?? 0
  return {
    what: `first token, ${size.toLocaleString('en')} messages before`,
    pipe: `${bare.toFixed(2)} ms`,
    other: `${full.toFixed(2)} ms`,
    result: `${(full - bare).toFixed(2)} ms more; ${(full / shortest).toFixed(2)} x that with ${sizes[0]}`,
    aim: size === 1000 ? '3 ms more' : size === 10_000 ? '1.2 x that with 10' : '',
  }
}
