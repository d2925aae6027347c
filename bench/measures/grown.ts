import { benchModelName } from '../bench-model.ts'
import { chatterd } from '../contenders.ts'
import { peakRssBytes, rssBytes } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'

/** Many short turns. */
export interface GrownLoad {
  turns: number
  /** Divides `turns`. */
  atOnce: number
}

const mebibyte = 1024 * 1024

/** Memory of the whole process, with the embedded database in it, after many turns. */
export async function measureGrown(engineUrl: string, { turns, atOnce }: GrownLoad): Promise<Figure> {
  const server = await chatterd(engineUrl, undefined).start()
  try {
    const targets = [{ url: server.url, conversation: 'grown {n}' }]
    const plan = { targets, model: benchModelName(16, 5), hold: false }
    await runLoad({ ...plan, streams: atOnce, repeat: turns / atOnce })
    const [now, peak] = [rssBytes(server.pid), peakRssBytes(server.pid)].map((bytes) =>
      (bytes / mebibyte).toFixed(0),
    )
    return {
      what: `memory with the embedded database, after ${turns.toLocaleString('en')} turns, ${atOnce} at once`,
      result: `${now} MiB, peak ${peak}`,
      aim: '300 MiB',
    }
  } finally {
    await server.stop()
  }
}
