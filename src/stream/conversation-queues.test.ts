import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLines } from '../../test/conversation-line.ts'
import { here, settle } from '../../test/live-process.ts'

test('requests of one conversation ask for it one at a time, in order of arrival', async (t) => {
  const { lines } = openLines(t)
  const trail: string[] = []
  const enter = (name: string) => {
    const ask = async () => {
      trail.push(`${name} asks`)
      await settle()
      trail.push(`${name} has asked`)
      return name
    }
    return lines.enter('talk', { ...{ ask, topic: name, left: here }, leave: () => assert.fail() })
  }
  assert.deepEqual(await Promise.all(['1', '2', '3'].map(enter)), ['1', '2', '3'])
  assert.deepEqual(
    trail,
    ['1', '2', '3'].flatMap((name) => [`${name} asks`, `${name} has asked`]),
  )
})

test('requests of different conversations do not wait for each other', async (t) => {
  const { lines, request } = openLines(t)
  const held = Promise.withResolvers<string>()
  const first = lines.enter('one', request('1', { ask: () => held.promise }))
  assert.equal(await lines.enter('other', request('2')), '2')
  held.resolve('1')
  assert.equal(await first, '1')
})

test('a request that fails lets the next one ask', async (t) => {
  const { enter } = openLines(t)
  const failing = enter('failing', { ask: () => Promise.reject(new Error('no')) })
  const next = enter('next')
  await assert.rejects(failing, /no/)
  assert.equal(await next, 'next')
})

test('those who wait go on in order of arrival, each when the one before has ended', async (t) => {
  const { wait, free } = openLines(t)
  const entered: string[] = []
  const all = (await wait('a', 'b', 'c')).map((one) => one.then((name) => entered.push(name)))
  for (const [place, one] of all.entries()) {
    await settle()
    assert.equal(entered.length, place)
    free()
    await one
  }
  assert.deepEqual(entered, ['a', 'b', 'c'])
})

test('of those who wait, only the first asks again', async (t) => {
  const { wait, lines, trail } = openLines(t)
  await wait('a', 'b', 'c')
  for (let times = 0; times < 3; times++) {
    lines.tell('talk')
    await settle()
    await settle()
  }
  assert.deepEqual(trail, ['a', 'a', 'a'])
})

test('the first asks again from time to time, also when nothing is heard', async (t) => {
  const { wait, trail } = openLines(t, { waitMs: 60_000, pollMs: 5 })
  await wait('a')
  while (trail.length < 3) await settle()
  assert.deepEqual(new Set(trail), new Set(['a']))
})

test('another of the line asks too after a while: it may have come to be the first in the database', async (t) => {
  const { wait, trail } = openLines(t, { waitMs: 60_000, pollMs: 5 })
  await wait('a', 'b')
  while (!trail.includes('b')) await settle()
  assert.ok(trail.filter((name) => name === 'a').length >= 1)
})

test('what becomes free while a request is told that it is not yet is not missed', async (t) => {
  const { lines, request } = openLines(t)
  const answers = [undefined, undefined, 'got it']
  const asked = lines.enter(
    'talk',
    request('a', {
      async ask() {
        const answer = answers.shift()
        if (answers.length === 1) lines.tell('talk')
        await settle()
        return answer
      },
    }),
  )
  assert.equal(await asked, 'got it')
})

test('a signal of another process lets exactly its request ask, wherever it stands', async (t) => {
  const { wait, signals, trail } = openLines(t)
  await wait('a', 'b', 'c')
  signals.notify('b')
  await settle()
  assert.deepEqual(trail, ['b'])
  await settle()
  signals.notify('c')
  await settle()
  assert.deepEqual(trail, ['b', 'c'])
})

test('a signal that comes while its request asks lets it ask once more', async (t) => {
  const { lines, request, signals } = openLines(t)
  const answers = [undefined, undefined, 'got it']
  const ahead = lines.enter('talk', request('ahead', { ask: async () => undefined }))
  ahead.catch(() => undefined)
  const asked = lines.enter(
    'talk',
    request('a', {
      async ask() {
        const answer = answers.shift()
        if (answers.length === 1) signals.notify('a')
        await settle()
        return answer
      },
    }),
  )
  assert.equal(await asked, 'got it')
})

test('a request that joins another one of its line asks whenever the line moves, wherever it stands', async (t) => {
  const { wait, enter, free, trail } = openLines(t)
  const [a, b] = await wait('a', 'b')
  const twin = enter('twin', {
    isJoined: () => true,
    async ask() {
      trail.push('twin')
      return trail.includes('a') ? 'with a' : undefined
    },
  })
  while (trail.length < 2) await settle()
  free()
  assert.deepEqual([await a, await twin], ['a', 'with a'])
  free()
  assert.equal(await b, 'b')
})
