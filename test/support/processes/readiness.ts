import { setTimeout as delay } from 'node:timers/promises'
import { get } from '../clients/classic/post.ts'

/** How often `/readyz` is asked, in ms. */
const pause = 20

/** Resolves when `/readyz` answers with this status, with the words that it gives. */
export async function untilReadiness(url: string, status: 200 | 503): Promise<string> {
  for (;;) {
    const answer = await get(`${url}/readyz`)
    if (answer.status === status) return answer.raw.toString()
    await delay(pause)
  }
}
