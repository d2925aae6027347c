import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { readBenchModel } from './bench-model.ts'
import { checkStream, hasToken, promptRequest } from './dialects.ts'
import type { LoadPlan, LoadResult, Target } from './run-load.ts'

// The client, in a process of its own: the parent sends a plan, and gets the result or an error.

interface LoadResponse {
  firstTokenMs: number
  body: string
}

/** Posts one prompt; resolves with the whole response, or, where it stays open, at its first token. */
function prompt(plan: LoadPlan, target: Target, agent: Agent, number: number): Promise<LoadResponse> {
  const { conversation: name, dialect = 'classic' } = target
  const conversation = name.replace('{n}', String(number))
  const { path, body, ...options } = promptRequest(dialect, conversation, plan.model, `question ${number}`)
  const headers = { ...options.headers, 'content-length': Buffer.byteLength(body) }
  return new Promise((done, fail) => {
    const began = performance.now()
    const post = request(target.url + path, { method: 'POST', agent, headers }, async (response) => {
      if (response.statusCode !== 200)
        return fail(new Error(`${response.statusCode}: ${await text(response)}`))
      response.setEncoding('utf8')
      let body = ''
      let firstTokenMs = 0
      response.on('data', (read: string) => {
        body += read
        if (firstTokenMs > 0 || !hasToken(dialect, body)) return
        firstTokenMs = performance.now() - began
        if (plan.hold) done({ firstTokenMs, body })
      })
      response.on('end', () => done({ firstTokenMs, body }))
      response.on('error', fail)
    })
    post.on('error', fail)
    post.end(body)
  })
}

async function load(plan: LoadPlan): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true })
  const responses: LoadResponse[][] = plan.targets.map(() => [])
  for (let round = 0; round < plan.repeat; round++) {
    for (const [index, target] of plan.targets.entries()) {
      const numbers = Array.from({ length: plan.streams }, (_, stream) => round * plan.streams + stream)
      const posts = numbers.map((number) => prompt(plan, target, agent, number))
      responses[index]?.push(...(await Promise.all(posts)))
    }
  }
  const tokens = readBenchModel(plan.model)?.tokens ?? 0
  if (!plan.hold) {
    for (const [index, { dialect = 'classic' }] of plan.targets.entries())
      for (const { body } of responses[index] ?? []) checkStream(dialect, body, tokens)
    agent.destroy()
  }
  return {
    tokens: responses.flat().length * tokens,
    firstTokenMs: responses.map((some) => some.map(({ firstTokenMs }) => firstTokenMs)),
  }
}

process.once('message', (plan: LoadPlan) => {
  load(plan).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
