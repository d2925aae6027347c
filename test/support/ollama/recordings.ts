import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { JsonObject } from '../../../src/protocol/json.ts'

/** A request to a real Ollama and its response, byte for byte. */
export interface Recording {
  name: string
  method: string
  path: string
  status: number
  contentType: string
  body: JsonObject
  answer: Buffer
}

const folder = new URL('./recordings/', import.meta.url)
const suffix = /\.response\.(ndjson|json)$/

export const recordings: Recording[] = readdirSync(folder)
  .filter((file) => suffix.test(file))
  .map((file) => {
    const name = file.replace(suffix, '')
    const requestFile = new URL(`${name}.request.json`, folder)
    const request = existsSync(requestFile) ? JSON.parse(readFileSync(requestFile, 'utf8')) : {}
    const defaults = {
      method: 'POST',
      path: '/api/chat',
      status: 200,
      contentType: 'application/x-ndjson',
      body: {},
    }
    return { ...defaults, ...request, name, answer: readFileSync(new URL(file, folder)) }
  })

/** The replies of `/api/chat`, whole or broken off by an `error` line. */
export const chatAnswers = recordings.filter(
  ({ name, path, status }) => path === '/api/chat' && status === 200 && name !== 'load',
)

export function recording(name: string): Recording {
  const found = recordings.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no recording "${name}"`)
  return found
}
