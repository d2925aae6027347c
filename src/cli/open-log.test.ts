import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openLog } from './open-log.ts'

type Format = 'auto' | 'json' | 'pretty'

/** A log in a file, and what the file has. */
async function open(t: TestContext, logFormat: Format, isTerminal: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'chatterd-log-'))
  const file = join(folder, 'log')
  const fd = openSync(file, 'w')
  t.after(() => {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  })
  const held = await openLog({ logLevel: 'info', logFormat }, { fd, isTerminal })
  const read = () => {
    held.flush()
    return readFileSync(file, 'utf8')
  }
  return { ...held, read }
}

test('the log is JSON, or text for people on a terminal or on demand', async (t) => {
  const forms: [format: Format, isTerminal: boolean, isJson: boolean][] = [
    ['auto', false, true],
    ['auto', true, false],
    ['json', true, true],
    ['pretty', false, false],
  ]
  for (const [format, isTerminal, isJson] of forms) {
    const { log, release, read } = await open(t, format, isTerminal)
    release()
    log.info({ status: 200 }, 'request')
    log.debug('nothing')
    const text = read()
    if (isJson) assert.equal(JSON.parse(text).status, 200)
    else assert.match(text, /INFO.*request.*status.*200/s)
    assert.doesNotMatch(text, /nothing/)
  }
})

test('lines are kept until the first lines of the start are written, and then come in their order', async (t) => {
  const { log, release, read } = await open(t, 'json', false)
  log.info('one')
  log.warn('two')
  assert.equal(read(), '')
  release()
  release()
  log.info('three')
  const messages = read()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
  assert.deepEqual(messages, ['one', 'two', 'three'])
})
