import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { test } from 'node:test'
import { assert as check, ipV4, property } from 'fast-check'
import ipaddr from 'ipaddr.js'
import { isPublicAddress } from './public-address.ts'

const notPublic: Record<string, string[]> = {
  unspecified: ['0.0.0.0', '0.0.0.1', '0.255.255.255', '::'],
  loopback: ['127.0.0.1', '127.0.0.0', '127.255.255.255', '::1'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  'site-local': ['fec0::1', 'feff::1'],
  'unique-local': ['fc00::1', 'fdff:ffff::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  broadcast: ['255.255.255.255'],
  reserved: ['240.0.0.0', '255.255.255.254', '192.0.0.8', '192.88.99.1', '2001:100::1', '4000::1', 'e000::1'],
  'carrier-grade NAT': ['100.64.0.0', '100.127.255.255'],
  benchmarking: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  'discard-only': ['100::1'],
  'ORCHID and others of 2001::/23': ['2001:10::1', '2001:20::1', '2001:30::1', '2001:1ff::1'],
  'segment routing': ['5f00::1'],
  'IPv4-mapped': ['::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
  'IPv4-compatible': ['::127.0.0.1', '::7f00:1', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1'],
  NAT64: ['64:ff9b::127.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b:1::10.0.0.1', '64:ff9b:1:ffff::1'],
  '6to4': ['2002:7f00:1::', '2002:a00:1::1', '2002:808:808::1'],
  Teredo: ['2001:0:7f00:1::1', '2001::1'],
  'metadata of clouds': [
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '169.254.170.2',
    'fd00:ec2::254',
    'fd20:ce::254',
    '161.26.0.8',
    '166.9.0.1',
  ],
  'no address at all': [
    '',
    'localhost',
    '8.8.8',
    '134744072',
    '0x08080808',
    '8.8.8.8 ',
    '[2606:4700::1]',
    '08.8.8.8',
  ],
}

for (const [kind, addresses] of Object.entries(notPublic)) {
  test(`not public: ${kind}`, () => {
    assert.deepEqual(
      addresses.filter((address) => isPublicAddress(address, [])),
      [],
    )
  })
}

test('addresses just outside the special ranges are public', () => {
  const addresses = [
    ...[
      '1.0.0.0',
      '8.8.8.8',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
      '128.0.0.0',
    ],
    ...[
      '169.253.255.255',
      '169.255.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '192.169.0.0',
      '198.17.255.255',
    ],
    ...['198.20.0.0', '223.255.255.255', '168.63.129.15', '168.63.129.17', '166.7.255.255', '166.12.0.0'],
    ...['2001:200::1', '2001:4860:4860::8888', '2606:4700:4700::1111', '2a00:1450::1', '2003::1', '3ffe::1'],
  ]
  assert.deepEqual(
    addresses.filter((address) => !isPublicAddress(address, [])),
    [],
  )
})

test('the networks that this machine is in are not public, whatever their addresses are', () => {
  const attached = ['93.184.216.34/24', '2606:2800:220:1::7/64']
  const judged = ['93.184.216.34', '93.184.216.1', '93.184.217.1', '2606:2800:220:1::1', '2606:2800:220:2::1']
  assert.deepEqual(
    judged.map((address) => isPublicAddress(address, attached)),
    [false, false, true, false, true],
  )
})

test('the networks of this machine are asked for with each judgement', (t) => {
  assert.equal(isPublicAddress('93.184.216.34'), true)
  const interfaces = { eth0: [{ cidr: '93.184.216.7/24' }, { cidr: null }], none: undefined }
  t.mock.method(os, 'networkInterfaces', () => interfaces)
  syncBuiltinESMExports()
  t.after(() => {
    t.mock.restoreAll()
    syncBuiltinESMExports()
  })
  assert.equal(isPublicAddress('93.184.216.34'), false)
})

test('an IPv4 address inside an IPv6 one is not public, in any of the known forms', () => {
  check(
    property(ipV4(), (ipv4) => {
      const [a = 0, b = 0, c = 0, d = 0] = ipaddr.parse(ipv4).toByteArray()
      const [high, low] = [(a << 8) | b, (c << 8) | d].map((part) => part.toString(16))
      for (const before of ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2001:0:', '2002:']) {
        const after = before.startsWith('200') ? '::1' : ''
        assert.equal(isPublicAddress(`${before}${high}:${low}${after}`, []), false)
      }
    }),
  )
})
