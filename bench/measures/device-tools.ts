import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { benchModelName } from '../bench-model.ts'
import { checkResponse } from '../check-response.ts'
import type { Contender } from '../contenders.ts'
import { cpuMicros } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { median, spread } from '../statistics.ts'

/** Prompts of one conversation, each with the same device tools. */
export interface DeviceToolLoad {
  /** In each request. */
  tools: number
  /** Rounds of so many prompts with the tools, and as many without. */
  rounds: number
  prompts: number
}

/**
 * What tools cost that a client sends with each of its prompts, as phones do: processor time a turn, more than without them, of the
 * server and, where it is known, of its database.
 */
export async function measureDeviceTools(
  contenders: readonly [Contender, Contender],
  load: DeviceToolLoad,
  postgres: number | undefined,
): Promise<Figure[]> {
  const [base, other] = [
    await costs(contenders[0], load, postgres),
    await costs(contenders[1], load, postgres),
  ]
  const figure = (whose: string, key: keyof Cost): Figure => ({
    what: `CPU a turn for ${load.tools} tools that have not changed, more than without: ${whose}`,
    pipe: `${spread(
      base.map((cost) => cost[key]),
      0,
    )} µs`,
    other: `${spread(
      other.map((cost) => cost[key]),
      0,
    )} µs`,
    result: `${(median(other.map((cost) => cost[key])) / 1000).toFixed(1)} ms`,
    aim: '',
  })
  return [figure('server', 'server'), ...(postgres ? [figure('database', 'database')] : [])]
}

interface Cost {
  server: number
  database: number
}

async function costs(
  contender: Contender,
  { tools, rounds, prompts }: DeviceToolLoad,
  postgres: number | undefined,
): Promise<Cost[]> {
  const server = await contender.start()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const list = Array.from({ length: tools }, (_, index) => deviceTool(index))
  const spent = () => ({
    server: cpuMicros(server.pid),
    database: postgres === undefined ? 0 : cpuMicros(postgres),
  })
  const turn = async (given: object[], conversation: string): Promise<Cost> => {
    const before = spent()
    for (let prompt = 0; prompt < prompts; prompt++) await ask(server.url, agent, conversation, given)
    const after = spent()
    return {
      server: (after.server - before.server) / prompts,
      database: (after.database - before.database) / prompts,
    }
  }
  try {
    const found: Cost[] = []
    // The first round compiles the code.
    for (let round = 0; round <= rounds; round++) {
      const without = await turn([], `without ${round}`)
      const withTools = await turn(list, `with ${round}`)
      if (round > 0)
        found.push({
          server: withTools.server - without.server,
          database: withTools.database - without.database,
        })
    }
    return found
  } finally {
    agent.destroy()
    await server.stop()
  }
}

/** As large as those of apps are. */
function deviceTool(index: number): object {
  const property = (name: string) => [
    name,
    { type: 'string', description: `The ${name} of what is asked for` },
  ]
  const properties = Object.fromEntries(['latitude', 'longitude', 'unit'].map(property))
  const parameters = { type: 'object', properties, required: ['latitude', 'longitude'] }
  const description = `Get the value number ${index} of the sensors of this device, with the time at which it was read`
  return { type: 'function', function: { name: `read_sensor_${index}`, description, parameters } }
}

const model = benchModelName(1, 0)

async function ask(url: string, agent: Agent, appID: string, tools: object[]): Promise<void> {
  const messages = [{ role: 'user', content: 'What do the sensors say?' }]
  const body = Buffer.from(JSON.stringify({ appID, model, messages, stream: true, tools }))
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(`${url}/llmtools`, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body)
  const response = await promise
  const answer = await text(response)
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${answer}`)
  checkResponse(answer, 1)
}
