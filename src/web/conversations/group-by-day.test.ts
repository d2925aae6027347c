import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groupByDay } from './group-by-day.ts'

function at(year: number, month: number, day: number, hour = 12): string {
  return new Date(year, month - 1, day, hour).toISOString()
}

describe('Conversations by day', () => {
  const now = new Date(2026, 10, 29, 0, 30).getTime()

  it('are of today, of yesterday, of the last week and month, and of months', () => {
    const times = [
      at(2026, 11, 29, 0),
      at(2026, 11, 28, 23),
      at(2026, 11, 28, 0),
      at(2026, 11, 22),
      at(2026, 10, 30),
      at(2026, 10, 29),
      at(2026, 10, 1),
      at(2025, 12, 31),
    ]
    const groups = groupByDay(
      times.map((updatedAt) => ({ updatedAt })),
      now,
    )
    assert.deepEqual(
      groups.map(({ title, items }) => [title, items.length]),
      [
        ['Today', 1],
        ['Yesterday', 2],
        ['Previous 7 days', 1],
        ['Previous 30 days', 1],
        ['October 2026', 2],
        ['December 2025', 1],
      ],
    )
  })

  it('of a clock that goes ahead are of today, and without a time they are earlier ones', () => {
    const groups = groupByDay([{ updatedAt: at(2026, 12, 3) }, { updatedAt: 'nonsense' }], now)
    assert.deepEqual(
      groups.map(({ title }) => title),
      ['Today', 'Earlier'],
    )
  })
})
