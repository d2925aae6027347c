import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../client/types.ts'
import { findSeries } from './find-series.ts'
import { axisText, numberText, shortLabels, ticksOf } from './scale.ts'

test('an array of numbers is a series, wherever it lies', () => {
  const found = findSeries({ a: { b: [3, 1, 4, 1] } })
  assert.deepEqual(found, {
    labels: ['1', '2', '3', '4'],
    columns: [{ name: 'value', values: [3, 1, 4, 1] }],
    continuous: true,
    length: 4,
  })
})

test('objects with a name and numbers are a series for each number', () => {
  const found = findSeries([
    { city: 'Berlin', people: 3.7, rain: null },
    { city: 'Paris', people: 2.1, rain: 2 },
    { city: 'Rome', people: 2.8, rain: 1 },
  ])
  assert.deepEqual(found?.labels, ['Berlin', 'Paris', 'Rome'])
  assert.deepEqual(
    found?.columns.map(({ name }) => name),
    ['people', 'rain'],
  )
  assert.equal(found?.continuous, false)
})

test('the hourly values of Open-Meteo are series over time, with their units', () => {
  const found = findSeries({
    latitude: 42.3,
    hourly_units: { time: 'iso8601', temperature_2m: '°F' },
    hourly: {
      time: ['2026-11-29T00:00', '2026-11-29T01:00', '2026-11-29T02:00'],
      temperature_2m: [51, 52.5, null],
    },
  })
  assert.deepEqual(found?.columns, [{ name: 'temperature_2m', unit: '°F', values: [51, 52.5, null] }])
  assert.equal(found?.continuous, true)
})

test('of two numbers the first one is where the second one is', () => {
  const found = findSeries([
    { x: 1, y: 5 },
    { x: 2, y: 6 },
    { x: 4, y: 7 },
  ])
  assert.deepEqual([found?.labels, found?.columns[0]?.name], [['1', '2', '4'], 'y'])
})

test('what is no series is none', () => {
  const none: Json[] = [
    null,
    'x',
    12,
    [],
    [1, 2],
    [42.3, -83.7, 200],
    ['a', 'b', 'c', 'd'],
    [1, 'a', 2, 3],
    { a: [1, 2, 3], b: [1, 2] },
    { a: 1, b: 2, c: 3 },
    [
      { latitude: 1, longitude: 2 },
      { latitude: 1, longitude: 2 },
      { latitude: 1, longitude: 2 },
    ],
    [
      { name: 'a', rain: null },
      { name: 'b', rain: null },
      { name: 'c', rain: null },
    ],
  ]
  for (const value of none) assert.equal(findSeries(value), undefined, JSON.stringify(value))
})

test('a long series is cut, and large values are looked through in part', () => {
  const found = findSeries(Array.from({ length: 100_000 }, (_, index) => index))
  assert.deepEqual([found?.columns[0]?.values.length, found?.length], [1000, 100_000])
  const far = (before: number) =>
    findSeries([...Array.from({ length: before }, () => ({})), { a: [1, 2, 3, 4] }])
  assert.deepEqual([far(10)?.length, far(2000)], [4, undefined])
  assert.equal(findSeries(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as Json), undefined)
})

test('an axis has round numbers around its values', () => {
  assert.deepEqual(ticksOf(35, 53), [35, 40, 45, 50, 55])
  assert.deepEqual(ticksOf(0, 1), [0, 0.25, 0.5, 0.75, 1])
  assert.deepEqual(ticksOf(5, 5), [4, 5, 6])
  for (const [least, most] of [
    [-3, 7],
    [0.1, 0.11],
    [-1e9, 1e9],
    [1e300, 1.5e300],
    [Infinity, -Infinity],
  ] as const) {
    const ticks = ticksOf(least, most)
    assert.ok(
      ticks.length >= 2 && ticks.length <= 12 && ticks.every(Number.isFinite),
      `${least} ${most}: ${ticks}`,
    )
  }
})

test('labels of an axis leave out what all have in common', () => {
  assert.deepEqual(shortLabels(['2026-11-29T00:00', '2026-11-29T23:00']), ['00:00', '23:00'])
  assert.deepEqual(shortLabels(['2026-11-29T00:00', '2026-11-30T23:00']), ['11-29 00:00', '11-30 23:00'])
  assert.deepEqual(shortLabels(['2026-11-29', '2026-11-30']), ['11-29', '11-30'])
  assert.deepEqual(shortLabels(['a', 'x'.repeat(40)]), ['a', `${'x'.repeat(15)}…`])
  assert.deepEqual([axisText(2_000_000), axisText(-12_250_000), axisText(1500)], ['2M', '-12.25M', '1,500'])
  assert.deepEqual([numberText(1234.5678), numberText(1e12), numberText(0)], ['1,234.57', '1.00e+12', '0'])
})
