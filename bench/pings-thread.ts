import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

// Started by pings.ts, with the address to ask.

const pauseMs = 2
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function pingMs(): Promise<number> {
  const began = performance.now()
  return new Promise((done, fail) => {
    request(workerData, { agent }, (response) =>
      text(response).then(() => done(performance.now() - began), fail),
    )
      .on('error', fail)
      .end()
  })
}

let running = false
let round: Promise<number[]> = Promise.resolve([])

async function pingOn(): Promise<number[]> {
  const times: number[] = []
  while (running) {
    times.push(await pingMs())
    await wait(pauseMs)
  }
  return times
}

parentPort?.on('message', async (word: 'begin' | 'end') => {
  if (word === 'begin') {
    // Opens the connection, and is not counted.
    await pingMs()
    running = true
    round = pingOn()
    parentPort?.postMessage(undefined)
  } else {
    running = false
    parentPort?.postMessage(await round)
  }
})
