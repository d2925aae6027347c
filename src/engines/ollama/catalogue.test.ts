import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recording } from '../../../test/support/ollama/recordings.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import type { OllamaRequest } from './ollama-request.ts'

interface Fake {
  catalogue: Catalogue
  /** Paths and models of the requests, in order. */
  requests: string[]
  wait: (ms: number) => void
  responses: Record<string, JsonObject | Error>
}

function start(): Fake {
  let time = 0
  const requests: string[] = []
  const responses: Record<string, JsonObject | Error> = {
    '/api/tags': parse('tags'),
    '/api/ps': parse('ps'),
    '/api/show multi:270m': parse('show'),
    '/api/show latest:latest': { capabilities: ['completion'] },
  }
  const catalogue = createCatalogue({
    async fetchJson({ path, body }: OllamaRequest) {
      const request = body === undefined ? path : `${path} ${JSON.parse(body).model}`
      requests.push(request)
      const response = responses[request] ?? new ChatterdError('unknown-model', 'not found')
      if (response instanceof Error) throw response
      return response
    },
    cacheMs: 10_000,
    notLoadedCacheMs: 3_000,
    now: () => time,
  })
  const wait = (ms: number): void => {
    time += ms
  }
  return { catalogue, requests, wait, responses }
}

function parse(name: string): JsonObject {
  return JSON.parse(recording(name).answer.toString())
}

test('a model has its capabilities and its context length', async () => {
  const { catalogue } = start()
  const model = await catalogue.model('multi:270m')
  assert.deepEqual(model, { name: 'multi:270m', capabilities: ['completion', 'tools'], contextLength: 32768 })
})

test('a model is cached until its life is over', async () => {
  const { catalogue, requests, wait } = start()
  await Promise.all([catalogue.model('multi:270m'), catalogue.model('multi:270m')])
  wait(9_999)
  await catalogue.model('multi:270m')
  assert.deepEqual(requests, ['/api/show multi:270m'])
  wait(1)
  await catalogue.model('multi:270m')
  assert.equal(requests.length, 2)
})

test('a name without a tag means the tag latest', async () => {
  const { catalogue, requests } = start()
  assert.equal((await catalogue.model('latest'))?.name, 'latest:latest')
  await catalogue.model('latest:latest')
  assert.deepEqual(requests, ['/api/show latest:latest'])
  await catalogue.model('registry:5000/mine')
  assert.equal(requests.at(-1), '/api/show registry:5000/mine:latest')
})

test('an unknown model is not cached, and found as soon as Ollama has it', async () => {
  const { catalogue, responses } = start()
  assert.equal(await catalogue.model('new'), undefined)
  responses['/api/show new:latest'] = { capabilities: ['tools'] }
  assert.deepEqual(await catalogue.model('new'), { name: 'new:latest', capabilities: ['tools'] })
})

test('a name that Ollama refuses is an unknown model', async () => {
  const { catalogue, responses } = start()
  responses['/api/show a b:latest'] = new ChatterdError('engine-refused', 'invalid model name')
  assert.equal(await catalogue.model('a b'), undefined)
})

test('an unreachable Ollama is an error, not an unknown model', async () => {
  const { catalogue, responses } = start()
  responses['/api/show multi:270m'] = new ChatterdError('engine-unreachable', 'refused')
  await assert.rejects(catalogue.model('multi:270m'), /refused/)
  responses['/api/tags'] = new ChatterdError('engine-unreachable', 'refused')
  await assert.rejects(catalogue.models(), /refused/)
})

test('all models are listed, also those for which /api/show fails', async () => {
  const { catalogue, responses, requests } = start()
  responses['/api/show smollm2:135m'] = new ChatterdError('engine-failed', 'broken manifest')
  const models = await catalogue.models()
  assert.deepEqual(
    models.map(({ name }) => name),
    ['multi:270m', 'think:270m', 'smollm2:135m', 'tooltalk:270m', 'gemma3:270m'],
  )
  assert.deepEqual(models[0]?.capabilities, ['completion', 'tools'])
  const count = requests.length
  await catalogue.models()
  await catalogue.model('multi:270m')
  assert.equal(requests.length, count)
})

test('at most eight models are looked up at the same time', async () => {
  let running = 0
  let most = 0
  const catalogue = createCatalogue({
    async fetchJson({ path }) {
      if (path === '/api/tags')
        return { models: Array.from({ length: 30 }, (_, index) => ({ name: `m${index}:1` })) }
      running += 1
      most = Math.max(most, running)
      await new Promise(setImmediate)
      running -= 1
      return {}
    },
    cacheMs: 10,
    notLoadedCacheMs: 10,
    now: () => 0,
  })
  assert.equal((await catalogue.models()).length, 30)
  assert.equal(most, 8)
})

test('the context of a loaded model is cached', async () => {
  const { catalogue, requests, wait } = start()
  assert.equal(await catalogue.loadedContext('smollm2:135m'), 512)
  assert.equal(await catalogue.loadedContext('Gemma3:270m'), 8192)
  wait(9_999)
  assert.equal(await catalogue.loadedContext('smollm2:135m'), 512)
  assert.equal(requests.length, 2)
})

test('the fact that a model is not loaded is cached for a few seconds', async () => {
  const { catalogue, requests, wait, responses } = start()
  assert.equal(await catalogue.loadedContext('multi:270m'), undefined)
  responses['/api/ps'] = { models: [{ name: 'multi:270m', context_length: 4096 }] }
  wait(2_999)
  assert.equal(await catalogue.loadedContext('multi:270m'), undefined)
  assert.equal(requests.length, 1)
  wait(1)
  assert.equal(await catalogue.loadedContext('multi:270m'), 4096)
})

test('lookups of the contexts of several models share one request', async () => {
  const { catalogue, requests } = start()
  await Promise.all(['smollm2:135m', 'gemma3:270m', 'other'].map((name) => catalogue.loadedContext(name)))
  assert.deepEqual(requests, ['/api/ps'])
})

test('a context that Ollama does not report is undefined', async () => {
  const { catalogue, responses } = start()
  responses['/api/ps'] = new ChatterdError('engine-failed', 'no')
  assert.equal(await catalogue.loadedContext('smollm2:135m'), undefined)
})
