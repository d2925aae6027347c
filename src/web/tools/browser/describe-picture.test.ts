import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describePixels } from './describe-picture.ts'

const pixels = (...colours: [number, number, number, number?][]) =>
  new Uint8ClampedArray(colours.flatMap(([red, green, blue, opacity = 255]) => [red, green, blue, opacity]))

test('a picture is described by its brightness and its main colours', () => {
  assert.deepEqual(describePixels(pixels([0, 0, 0], [10, 10, 10], [200, 30, 30])), {
    brightness: 'dark',
    colours: ['black', 'red'],
  })
  assert.deepEqual(describePixels(pixels([255, 255, 255], [30, 60, 220])).colours, ['white', 'blue'])
  assert.deepEqual(describePixels(pixels([120, 80, 40], [20, 90, 30])).colours, ['brown', 'dark green'])
})

test('what is transparent is no colour', () => {
  assert.deepEqual(describePixels(pixels([255, 0, 0, 0])), { brightness: 'bright', colours: [] })
})
