import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { machineAddresses } from './machine-addresses.ts'

function ipv4(address: string, internal = false): NetworkInterfaceInfo {
  return { family: 'IPv4', address, internal, netmask: '255.255.255.0', mac: '', cidr: null }
}

function ipv6(address: string, internal = false): NetworkInterfaceInfo {
  return { family: 'IPv6', address, internal, netmask: 'ffff::', mac: '', cidr: null, scopeid: 0 }
}

test('a machine has its names and addresses, without those that other devices cannot use', () => {
  const interfaces = {
    lo: [ipv4('127.0.0.1', true), ipv6('::1', true)],
    wifi: [ipv4('192.168.1.5'), ipv6('fe80::1'), ipv6('2001:db8::5')],
    wire: [ipv4('192.168.1.5')],
  }
  assert.deepEqual(machineAddresses(interfaces, 'box'), ['box', 'box.local', '192.168.1.5', '2001:db8::5'])
  assert.deepEqual(machineAddresses({}, 'box.example.org'), ['box.example.org'])
})
