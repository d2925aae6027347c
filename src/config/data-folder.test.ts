import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataFolder } from './data-folder.ts'

const linux = { platform: 'linux', home: '/home/ann', cwd: '/srv', env: {} }
const windows = { platform: 'win32', home: 'C:\\Users\\ann', cwd: 'C:\\', env: {} }

test('the data folder is where each platform expects it', () => {
  assert.equal(dataFolder(linux), '/home/ann/.local/share/chatterd')
  assert.equal(dataFolder({ ...linux, env: { XDG_DATA_HOME: '/data' } }), '/data/chatterd')
  assert.equal(
    dataFolder({ ...linux, platform: 'darwin', home: '/Users/ann' }),
    '/Users/ann/Library/Application Support/chatterd',
  )
  assert.equal(dataFolder({ ...windows, env: { LOCALAPPDATA: 'D:\\Local' } }), 'D:\\Local\\chatterd')
  assert.equal(dataFolder(windows), 'C:\\Users\\ann\\AppData\\Local\\chatterd')
})

test('an XDG folder that is not an absolute path is ignored', () => {
  assert.equal(dataFolder({ ...linux, env: { XDG_DATA_HOME: 'data' } }), '/home/ann/.local/share/chatterd')
  assert.equal(dataFolder({ ...linux, env: { XDG_DATA_HOME: '' } }), '/home/ann/.local/share/chatterd')
})
