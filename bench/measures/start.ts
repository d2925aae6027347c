import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { benchModelName } from '../bench-model.ts'
import { chatterd } from '../contenders.ts'
import { peakRssBytes, rssBytes } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'

const mebibyte = 1024 * 1024

/** How long the server takes to its first response with the embedded database, at first and later, and how much memory it then has. */
export async function measureStart(engineUrl: string): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-bench-start-'))
  const contender = chatterd(engineUrl, undefined, { dataFolder: folder })
  const figures: Figure[] = []
  try {
    for (const what of ['first start', 'later start']) {
      const server = await contender.start()
      try {
        const targets = [{ url: server.url, conversation: `${what} {n}` }]
        await runLoad({ targets, model: benchModelName(64, 5), streams: 10, repeat: 1, hold: false })
        figures.push(
          {
            what,
            result: `${(server.startMs / 1000).toFixed(2)} s`,
            aim: what === 'later start' ? '2 s' : '60 s',
          },
          {
            what: `memory with the embedded database, ${what}`,
            result: `${(rssBytes(server.pid) / mebibyte).toFixed(0)} MiB, peak ${(peakRssBytes(server.pid) / mebibyte).toFixed(0)}`,
            aim: '300 MiB',
          },
        )
      } finally {
        await server.stop()
      }
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
