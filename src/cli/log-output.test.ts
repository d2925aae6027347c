import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { LogOutput } from './log-output.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chatterd-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a pipe that nobody reads keeps nothing waiting, and has all lines in order once somebody does', async (t) => {
  const path = join(folderOf(t), 'pipe')
  execFileSync('mkfifo', [path])
  // For both reading and writing: it opens though nobody reads.
  const fd = openSync(path, 'r+')
  const out = new LogOutput(fd, assert.fail)
  const lines = Array.from({ length: 3_000 }, (_, number) => `${number} ${'x'.repeat(200)}\n`)
  for (const line of lines.slice(0, 1_500)) out.write(line)
  await delay(150)
  for (const line of lines.slice(1_500)) out.write(line)
  let text = ''
  for await (const read of createReadStream(path, { encoding: 'utf8' })) {
    text += read
    if (text.length >= lines.join('').length) break
  }
  assert.equal(text, lines.join(''))
  closeSync(fd)
})

test('lines for a full disk are lost, and their number is told when lines can be written again', async (t) => {
  const full = openSync('/dev/full', 'w')
  const lost = Promise.withResolvers<[number, string]>()
  const out = new LogOutput(full, (...what) => lost.resolve(what))
  out.write('one\n')
  out.write('two\n')
  await delay(150)
  out.write('three\n')
  out.flush()
  closeSync(full)
  const path = join(folderOf(t), 'log')
  const fd = openSync(path, 'w')
  assert.equal(fd, full, 'the disk has space again')
  out.write('four\n')
  const [lines, reason] = await lost.promise
  assert.deepEqual([lines, reason.startsWith('ENOSPC')], [2, true])
  assert.equal(readFileSync(path, 'utf8'), 'four\n')
  closeSync(fd)
})

test('what waits at the end of the process is written', (t) => {
  const path = join(folderOf(t), 'log')
  const fd = openSync(path, 'w')
  const out = new LogOutput(fd, assert.fail)
  out.write('one\n')
  out.write('two\n')
  out.flush()
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n')
  closeSync(fd)
})

test('a log that nobody takes is bounded', async (t) => {
  const path = join(folderOf(t), 'log')
  const fd = openSync(path, 'w')
  const lost = Promise.withResolvers<number>()
  const out = new LogOutput(fd, lost.resolve)
  const line = `${'x'.repeat(999)}\n`
  for (let number = 0; number < 5_000; number++) out.write(line)
  assert.ok((await lost.promise) > 500)
  assert.ok(readFileSync(path).length < 4_200_000)
  closeSync(fd)
})
