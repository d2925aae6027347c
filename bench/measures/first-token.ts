import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'
import { seedConversation } from '../seed-conversation.ts'
import { median } from '../statistics.ts'

/** How much longer the first token takes than through the pipe, by the length of the conversation before it. */
export interface FirstTokenLoad {
  /** Messages that lie in the conversation. */
  sizes: number[]
  /** Prompts for each size, one after the other. */
  prompts: number
}

// Each prompt adds two messages, so one conversation of a size serves only this many.
const promptsInOne = 5
const model = benchModelName(1, 0)

/** Time from the request to the first token, in milliseconds; medians. */
export async function measureFirstToken(
  contenders: readonly [Contender, Contender],
  load: FirstTokenLoad,
): Promise<Figure[]> {
  const [pipe, other] = await Promise.all(contenders.map((contender) => contender.start()))
  if (!pipe || !other) throw new Error('two contenders are needed')
  try {
    const figures: Figure[] = []
    const medians: number[] = []
    for (const size of load.sizes) {
      const times: [number[], number[]] = [[], []]
      for (let from = 0; from < load.prompts; from += promptsInOne) {
        const conversation = `first-token-${size}-${size > 100 ? 0 : from}`
        if (size <= 100 || from === 0) await seedConversation(other.url, conversation, size)
        for (const [place, { url }] of [pipe, other].entries()) {
          // The first prompt of a client opens its connection, and is left out.
          const plan = { url, model, streams: 1, repeat: promptsInOne + 1, conversation, from, hold: false }
          times[place]?.push(...(await runLoad(plan)).firstTokenMs.slice(1))
        }
      }
      const [bare, full] = times.map(median) as [number, number]
      medians.push(full)
      figures.push({
        what: `first token, ${size.toLocaleString('en')} messages before`,
        pipe: `${bare.toFixed(2)} ms`,
        other: `${full.toFixed(2)} ms`,
        result: `${(full - bare).toFixed(2)} ms more; ${(full / (medians[0] ?? full)).toFixed(2)} x that with ${load.sizes[0]}`,
        aim: size === 1000 ? '3 ms more' : size === 10_000 ? `1.2 x that with 10` : '',
      })
    }
    return figures
  } finally {
    await Promise.all([pipe.stop(), other.stop()])
  }
}
