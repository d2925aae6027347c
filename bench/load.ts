import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { readBenchModel } from './bench-model.ts'
import { checkAnswer } from './check-answer.ts'
import type { LoadPlan, LoadResult } from './run-load.ts'

// The client, in a process of its own: the parent sends a plan, and gets what came of it or an error.

/** Posts one prompt; resolves with the whole answer, or, where it is held open, at its first token. */
function prompt(
  plan: LoadPlan,
  agent: Agent,
  number: number,
): Promise<{ firstTokenMs: number; body: string }> {
  const body = JSON.stringify({
    appID: plan.conversation.replace('{n}', String(number)),
    model: plan.model,
    messages: [{ role: 'user', content: `question ${number}` }],
    stream: true,
  })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((done, fail) => {
    const began = performance.now()
    const post = request(`${plan.url}/llmtools`, { method: 'POST', agent, headers }, async (answer) => {
      if (answer.statusCode !== 200) return fail(new Error(`${answer.statusCode}: ${await text(answer)}`))
      answer.setEncoding('utf8')
      let body = ''
      let firstTokenMs = 0
      answer.on('data', (read: string) => {
        body += read
        if (firstTokenMs > 0 || !body.includes('data:')) return
        firstTokenMs = performance.now() - began
        if (plan.hold) done({ firstTokenMs, body })
      })
      answer.on('end', () => done({ firstTokenMs, body }))
      answer.on('error', fail)
    })
    post.on('error', fail)
    post.end(body)
  })
}

async function load(plan: LoadPlan): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true })
  const tokens = readBenchModel(plan.model)?.tokens ?? 0
  const began = performance.now()
  const answers: Awaited<ReturnType<typeof prompt>>[] = []
  for (let round = 0; round < plan.repeat; round++) {
    const numbers = Array.from(
      { length: plan.streams },
      (_, stream) => plan.from + round * plan.streams + stream,
    )
    answers.push(...(await Promise.all(numbers.map((number) => prompt(plan, agent, number)))))
  }
  const wallMs = performance.now() - began
  if (!plan.hold) {
    for (const { body } of answers) checkAnswer(body, tokens)
    agent.destroy()
  }
  return {
    tokens: answers.length * tokens,
    firstTokenMs: answers.map(({ firstTokenMs }) => firstTokenMs),
    wallMs,
  }
}

process.once('message', (plan: LoadPlan) => {
  load(plan).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
