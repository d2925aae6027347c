import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import { promptRequest } from '../dialects.ts'
import type { Figure } from '../report.ts'
import { median } from '../statistics.ts'

/** A turn that is replayed. */
export interface ResumeLoad {
  tokens: number
  repeat: number
}

interface Times {
  first: number
  last: number
}

/** Time to the first byte, and to the last, of a turn whose events are replayed from the journal, over an empty request. Medians. */
export async function measureResume(contender: Contender, load: ResumeLoad): Promise<Figure[]> {
  const [own, other] = await Promise.all([contender.start(), contender.start()])
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    // A token every 2 ms: each is an event, and the journal gets many of them at once.
    const prompt = promptRequest('native', `resume ${Date.now()}`, benchModelName(load.tokens, 2), 'Tell me.')
    const response = await fetch(own.url + prompt.path, { method: 'POST', ...prompt })
    const events = await response.text()
    const turn = /^id: ([^:]+):/m.exec(events)?.[1]
    const count = events.split('\nevent: ').length - 1
    const empty = await timesOf(`${own.url}/healthz`, agent, load.repeat)
    const figures: Figure[] = []
    // One after the other: they would wait for each other, and for the one client.
    for (const { url } of [own, other]) {
      const resumed = await timesOf(`${url}/chatterd/v1/turns/${turn}/events`, agent, load.repeat)
      figures.push({
        what: `resume of ${count} events${url === own.url ? '' : ', on a process that did not run the turn'}`,
        result: `${(resumed.first - empty.first).toFixed(1)} ms more to the first byte, ${(resumed.last - empty.first).toFixed(1)} ms to the last`,
        aim: '10 ms more',
      })
    }
    return figures
  } finally {
    agent.destroy()
    await Promise.all([own.stop(), other.stop()])
  }
}

async function timesOf(url: string, agent: Agent, repeat: number): Promise<Times> {
  const times: Times[] = []
  for (let time = 0; time < repeat; time++) times.push(await timeOf(url, agent))
  return { first: median(times.map(({ first }) => first)), last: median(times.map(({ last }) => last)) }
}

async function timeOf(url: string, agent: Agent): Promise<Times> {
  const began = performance.now()
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(url, { agent }, resolve).on('error', reject).end()
  const response = await promise
  let first = 0
  response.once('data', () => {
    first = performance.now() - began
  })
  await text(response)
  return { first, last: performance.now() - began }
}
