import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recording } from '../../../test/fixtures/ollama/recordings.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import type { OllamaRequest } from './exchange.ts'

interface Fake {
  catalogue: Catalogue
  /** Paths and models that were asked for, in order. */
  asked: string[]
  wait: (ms: number) => void
  answers: Record<string, JsonObject | Error>
}

function start(): Fake {
  let time = 0
  const asked: string[] = []
  const answers: Record<string, JsonObject | Error> = {
    '/api/tags': parse('tags'),
    '/api/ps': parse('ps'),
    '/api/show multi:270m': parse('show'),
    '/api/show latest:latest': { capabilities: ['completion'] },
  }
  const catalogue = createCatalogue({
    async ask({ path, body }: OllamaRequest) {
      const question = body === undefined ? path : `${path} ${(body as { model: string }).model}`
      asked.push(question)
      const answer = answers[question] ?? new ChatterdError('unknown-model', 'not found')
      if (answer instanceof Error) throw answer
      return answer
    },
    cacheMs: 10_000,
    notLoadedCacheMs: 3_000,
    now: () => time,
  })
  const wait = (ms: number): void => {
    time += ms
  }
  return { catalogue, asked, wait, answers }
}

function parse(name: string): JsonObject {
  return JSON.parse(recording(name).answer.toString())
}

test('a model has its capabilities and its context length', async () => {
  const { catalogue } = start()
  const model = await catalogue.model('multi:270m')
  assert.deepEqual(model, { name: 'multi:270m', capabilities: ['completion', 'tools'], contextLength: 32768 })
})

test('a model that was looked up is not asked for again until its time is over', async () => {
  const { catalogue, asked, wait } = start()
  await Promise.all([catalogue.model('multi:270m'), catalogue.model('multi:270m')])
  wait(9_999)
  await catalogue.model('multi:270m')
  assert.deepEqual(asked, ['/api/show multi:270m'])
  wait(1)
  await catalogue.model('multi:270m')
  assert.equal(asked.length, 2)
})

test('a name without a tag means the latest', async () => {
  const { catalogue, asked } = start()
  assert.equal((await catalogue.model('latest'))?.name, 'latest:latest')
  await catalogue.model('latest:latest')
  assert.deepEqual(asked, ['/api/show latest:latest'])
  await catalogue.model('registry:5000/mine')
  assert.equal(asked.at(-1), '/api/show registry:5000/mine:latest')
})

test('a model that was not there is asked for again, and found once it is', async () => {
  const { catalogue, answers } = start()
  assert.equal(await catalogue.model('new'), undefined)
  answers['/api/show new:latest'] = { capabilities: ['tools'] }
  assert.deepEqual(await catalogue.model('new'), { name: 'new:latest', capabilities: ['tools'] })
})

test('a name that Ollama does not take is no model', async () => {
  const { catalogue, answers } = start()
  answers['/api/show a b:latest'] = new ChatterdError('engine-refused', 'invalid model name')
  assert.equal(await catalogue.model('a b'), undefined)
})

test('an Ollama that cannot be asked is an error, not a missing model', async () => {
  const { catalogue, answers } = start()
  answers['/api/show multi:270m'] = new ChatterdError('engine-unreachable', 'refused')
  await assert.rejects(catalogue.model('multi:270m'), /refused/)
  answers['/api/tags'] = new ChatterdError('engine-unreachable', 'refused')
  await assert.rejects(catalogue.models(), /refused/)
})

test('all models are listed, also those whose card cannot be shown', async () => {
  const { catalogue, answers, asked } = start()
  answers['/api/show smollm2:135m'] = new ChatterdError('engine-failed', 'broken manifest')
  const models = await catalogue.models()
  assert.deepEqual(
    models.map(({ name }) => name),
    ['multi:270m', 'think:270m', 'smollm2:135m', 'tooltalk:270m', 'gemma3:270m'],
  )
  assert.deepEqual(models[0]?.capabilities, ['completion', 'tools'])
  const count = asked.length
  await catalogue.models()
  await catalogue.model('multi:270m')
  assert.equal(asked.length, count)
})

test('no more than eight cards are asked for at once', async () => {
  let running = 0
  let most = 0
  const catalogue = createCatalogue({
    async ask({ path }) {
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

test('the context of a loaded model is remembered', async () => {
  const { catalogue, asked, wait } = start()
  assert.equal(await catalogue.loadedContext('smollm2:135m'), 512)
  assert.equal(await catalogue.loadedContext('Gemma3:270m'), 8192)
  wait(9_999)
  assert.equal(await catalogue.loadedContext('smollm2:135m'), 512)
  assert.equal(asked.length, 2)
})

test('whether a model is loaded by now is asked again after a few seconds', async () => {
  const { catalogue, asked, wait, answers } = start()
  assert.equal(await catalogue.loadedContext('multi:270m'), undefined)
  answers['/api/ps'] = { models: [{ name: 'multi:270m', context_length: 4096 }] }
  wait(2_999)
  assert.equal(await catalogue.loadedContext('multi:270m'), undefined)
  assert.equal(asked.length, 1)
  wait(1)
  assert.equal(await catalogue.loadedContext('multi:270m'), 4096)
})

test('questions for the contexts of several models are one question', async () => {
  const { catalogue, asked } = start()
  await Promise.all(['smollm2:135m', 'gemma3:270m', 'other'].map((name) => catalogue.loadedContext(name)))
  assert.deepEqual(asked, ['/api/ps'])
})

test('a context that Ollama does not tell is not known', async () => {
  const { catalogue, answers } = start()
  answers['/api/ps'] = new ChatterdError('engine-failed', 'no')
  assert.equal(await catalogue.loadedContext('smollm2:135m'), undefined)
})
