import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import pg from 'pg'
import { databaseKinds } from '../../../test/support/databases/database-kinds.ts'
import { openEmbedded } from './open-embedded.ts'

/**
 * A process that stores numbered rows, one at a time, until it is killed. It prints the number of each stored row, and waits until
 * that is written: what a full pipe holds back is lost with the process.
 */
const writer = `
  const { openEmbedded } = await import(${JSON.stringify(new URL('./open-embedded.ts', import.meta.url).href)})
  const { default: pg } = await import(${JSON.stringify(import.meta.resolve('pg'))})
  const { stream } = await openEmbedded({ dataDir: process.argv[1] })
  const client = new pg.Client({ stream, host: '-', user: 'postgres', database: 'postgres', ssl: false })
  await client.connect()
  await client.query('create table if not exists kept (round int, row int, filler text)')
  for (let row = 0; ; row += 1) {
    await client.query({ name: 'write', text: 'insert into kept values ($1, $2, $3)', values: [process.argv[2], row, 'x'.repeat(row)] })
    await new Promise((written) => process.stdout.write(row + '\\n', written))
  }`

test('rows that were stored before a kill exist after it, each once, however often that happens [stored]', async (t) => {
  const source = await databaseKinds[0]?.create(t)
  assert(source?.kind === 'embedded')
  const stored: number[] = []
  for (let round = 0; round < 4; round += 1) {
    const args = ['--input-type=module', '-e', writer, source.dataDir, `${round}`]
    const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    let last = -1
    createInterface(child.stdout).on('line', (line) => {
      last = Number(line)
      // After more rows each time, so that the log has another length.
      if (last === 20 + round * 150) child.kill('SIGKILL')
    })
    await once(child, 'close')
    assert.equal(child.signalCode, 'SIGKILL')
    stored.push(last + 1)
  }

  const embedded = await openEmbedded(source)
  const pool = new pg.Pool({
    stream: embedded.stream,
    host: '-',
    user: 'postgres',
    database: 'postgres',
    max: 1,
  })
  const { rows } = await pool.query(
    'select count(*)::int as rows, count(distinct row)::int as different from kept group by round order by round',
  )
  await pool.end()
  await embedded.close()
  assert.equal(rows.length, stored.length)
  for (const [round, { rows: found, different }] of rows.entries()) {
    assert.equal(found, different)
    // The last row may be stored and its number not printed yet.
    assert(
      [0, 1].includes(found - (stored[round] ?? 0)),
      `${found} rows of ${stored[round]} in round ${round}`,
    )
  }
})

test('an open database refuses other processes, also after it has refused one', async (t) => {
  const source = await databaseKinds[0]?.create(t)
  assert(source?.kind === 'embedded')
  const embedded = await openEmbedded(source)
  await assert.rejects(openEmbedded(source), /is in use by chatterd, process/)
  await assert.rejects(openEmbedded(source), /is in use by chatterd, process/)
  await embedded.close()
  await (await openEmbedded(source)).close()
})
