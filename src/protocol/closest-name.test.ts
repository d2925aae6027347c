import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closestName, didYouMean } from './closest-name.ts'

const names = ['port', 'host', 'max-body', 'max-tools', 'turn-timeout', 'tool-timeout']

test('a name with a typing error is recognised', () => {
  assert.equal(closestName('prot', names), 'port')
  assert.equal(closestName('porrt', names), 'port')
  assert.equal(closestName('turn-timout', names), 'turn-timeout')
  assert.equal(closestName('max-tool', names), 'max-tools')
})

test('a name in another spelling is recognised', () => {
  for (const spelling of ['maxBody', 'MAX_BODY', 'max_body', 'maxbody']) {
    assert.equal(closestName(spelling, names), 'max-body')
  }
})

test('a name that is close to no other gets no suggestion', () => {
  assert.equal(closestName('colour', names), undefined)
  assert.equal(didYouMean('colour', names), '')
  assert.equal(didYouMean('porrt', names, '--'), '; did you mean --port?')
})

test('names that are far too long to be meant cost nothing', () => {
  const begun = performance.now()
  assert.equal(closestName('port', ['x'.repeat(10_000_000), 'ports']), 'ports')
  assert.ok(performance.now() - begun < 1_000)
})
