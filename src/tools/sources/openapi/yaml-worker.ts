import { parentPort, workerData } from 'node:worker_threads'
import { parse } from 'yaml'

// A thread of its own: turns YAML into JSON. Documents that repeat their parts by aliases so often that they grow without bounds are refused.

const { text, maxLength }: { text: string; maxLength: number } = workerData

const json = JSON.stringify(parse(text, { maxAliasCount: 100, logLevel: 'error' }))
if (json === undefined || json.length > maxLength) throw new Error('it is too large')
parentPort?.postMessage(json)
