import { setTimeout as delay } from 'node:timers/promises'
import { get } from '../clients/classic/post.ts'

/** How often `/readyz` is requested, in ms. */
const pause = 20

/** Resolves when `/readyz` responds with this status, with its text. */
export async function untilReadiness(url: string, status: 200 | 503): Promise<string> {
  for (;;) {
    const response = await get(`${url}/readyz`)
    if (response.status === status) return response.raw.toString()
    await delay(pause)
  }
}
