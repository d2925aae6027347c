import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { optionFields, withOption } from './options.ts'

describe('Options of the engine', () => {
  const [temperature] = optionFields
  assert.ok(temperature)

  it('are numbers within their bounds', () => {
    assert.deepEqual(withOption({ seed: 1 }, temperature, '0.5'), { seed: 1, temperature: 0.5 })
    assert.deepEqual(withOption({ temperature: 1 }, temperature, '0'), { temperature: 0 })
  })

  it('are the engine’s own where nothing, or nothing sensible, was written', () => {
    for (const text of ['', ' ', 'warm', '-1', '3', 'Infinity'])
      assert.deepEqual(withOption({ temperature: 1, seed: 2 }, temperature, text), { seed: 2 })
  })
})
