import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { assert as check, constantFrom, ipV4, property } from 'fast-check'
import ipaddr from 'ipaddr.js'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import { createGuardedRequest } from './guarded-request.ts'
import { isPublicAddress } from './public-address.ts'
import { readTarget } from './read-target.ts'

/** Hosts of URLs that the parser reads as addresses, or addresses with another meaning; without a look-up. */
const addresses = [
  // 127.0.0.1 and its network
  ...[
    '127.0.0.1',
    '127.0.0.1.',
    '127.0.0.1..',
    '127.0.0.2',
    '127.127.127.127',
    '127.255.255.254',
    '127.1',
    '127.0.1',
    '127.1.',
  ],
  // in decimal, octal and hexadecimal form, whole, in part and mixed
  ...[
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0X7F000001',
    '0x7F.0x0.0x0.0x1',
    '0177.0.0.1',
    '0177.0.0.01',
  ],
  ...['0x7f.1', '0177.1', '0x7f.0.0.0x1', '127.0x1', '127.0.0x0.01', '00000177.00000000.00000000.00000001'],
  ...['0x0000007f.0x00000000.0x00000000.0x00000001', '127.000000000000.1', '0x7f.0177.0.1', '2130706433.'],
  // unspecified: the system connects to itself
  ...['0', '0.0.0.0', '0.0.0.0.', '0x0', '00', '0.1', '000000.0'],
  // in other scripts and with other dots, which IDN maps
  ...[
    '①②⑦.⓪.⓪.①',
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
    '²¹³⁰⁷⁰⁶⁴³³',
    '0ⓧ7f.1',
  ],
  // percent-encoded
  ...['%31%32%37.0.0.1', '127%2e0%2e0%2e1', '127%E3%80%820%E3%80%820%E3%80%821', '%30x7f.1'],
  // with characters that the parser leaves out
  ...['127.0\t.0.1', '12\n7.0.0.1', '127.0.0\u00ad.1', '127.0.\u200b0.1'],
  // metadata services
  ...[
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '0251.254.169.254',
    '169.16689662',
  ],
  ...['169.254.43518', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16', '2822734096'],
  ...['[::ffff:a9fe:a9fe]', '[fd00:ec2::254]', '[fd20:ce::254]'],
  // networks
  ...[
    '10.0.0.1',
    '10.1',
    '167772161',
    '172.16.0.1',
    '172.31.255.254',
    '192.168.0.1',
    '0xc0a80001',
    '192.168.257',
  ],
  ...['100.64.0.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '4294967295'],
  // IPv6
  ...[
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
  ],
  ...['[0:0:0:0:0:ffff:127.0.0.1]', '[::ffff:0:127.0.0.1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]'],
  ...[
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[::FFFF:127.0.0.1]',
  ],
]

/** URLs that are refused as they are written. */
const urls = [
  // other ways to get at something
  ...[
    'file:///etc/passwd',
    'ftp://TARGET/',
    'gopher://TARGET/_GET',
    'dict://TARGET/',
    'ldap://TARGET/',
    'jar:http://TARGET!/',
  ],
  ...[
    'data:text/plain,x',
    'javascript:alert(1)',
    'blob:http://TARGET/x',
    'ws://TARGET/',
    'unix:/run/x.sock',
    'about:blank',
  ],
  ...[
    'http+unix://%2frun%2fx/',
    'view-source:http://TARGET/',
    'tftp://TARGET/x',
    'sftp://TARGET/x',
    'netdoc:///etc/passwd',
  ],
  // before the @ is not the host
  ...[
    'http://example.com@TARGET/',
    'http://example.com:80@TARGET/',
    'http://example.com:x@TARGET/',
    'http://a@b@TARGET/',
  ],
  ...[
    'http://TARGET@example.com/',
    'http://:x@TARGET/',
    'http://example.com%2f@TARGET/',
    'http:user@TARGET',
    'http://1.1.1.1 &@TARGET/',
  ],
  // zones, and what no parser should guess
  ...[
    'http://[fe80::1%25eth0]/',
    'http://[fe80::1%eth0]/',
    'http://[::1%25lo]/',
    'http://[::1]x/',
    'http://[v1.x]/',
  ],
  ...[
    'http://127.0.0.1.1/',
    'http://256.0.0.1/',
    'http://0x7f.0.0.0x1g.1/',
    'http://127.0.0.08/',
    'http://4294967296/',
  ],
  ...[
    'http://127.0.0.1%00.example.com/',
    'http://127.0.0.1%20/',
    'http://a b/',
    'http://x^y/',
    'http://TARGET:+1/',
  ],
  ...[
    'http://TARGET:99999/',
    'http://TARGET:80:80/',
    'http://',
    'http:///',
    '',
    '//TARGET/',
    'TARGET',
    'http://[::1',
    'http://%',
  ],
  `http://${'a.'.repeat(200)}test/`,
  `http://public.test/${'a'.repeat(10_000)}`,
]

/** URLs whose hosts are addresses in spite of how they begin or go on. */
const disguises = [
  ...[
    'http:TARGET',
    'http:/TARGET',
    'http:///TARGET/',
    'http:\\\\TARGET\\',
    'http:\\/\\/TARGET/',
    ' http://TARGET/',
    '\thttp://TARGET/ ',
  ],
  ...[
    'hTTp://TARGET/',
    'http://@TARGET/',
    'http://:@TARGET/',
    'http://TARGET#@example.com/',
    'http://TARGET?@example.com/',
  ],
  ...[
    'http://TARGET\\@example.com/',
    'http://TARGET/@example.com/',
    'http://TARGET/.example.com',
    'ht\ntp://TARGET/',
    'https://TARGET/',
  ],
]

/** Names that somebody has given an address that is not public, and what a look-up of them brings. */
const names: Record<string, string[]> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.localdomain': ['127.0.0.1'],
  'app.localhost': ['::1'],
  'ip6-localhost': ['::1'],
  'localtest.me': ['127.0.0.1'],
  '127.0.0.1.nip.io': ['127.0.0.1'],
  '7f000001.c0a80001.rbndr.us': ['192.168.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  metadata: ['169.254.169.254'],
  'wireserver.test': ['168.63.129.16'],
  'kubernetes.default.svc': ['10.96.0.1'],
  'host.docker.internal': ['192.168.65.254'],
  router: ['192.168.1.1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'nat64.test': ['64:ff9b::7f00:1'],
  'zone.test': ['fe80::1%eth0'],
  'first-public.test': ['8.8.8.8', '10.0.0.1'],
  'last-public.test': ['::1', '8.8.8.8'],
  'not-an-address.test': ['2130706433'],
  'empty.test': [],
  'xn--bcher-kva.test': ['10.0.0.1'],
}

/** Other ways to write such names. */
const writtenNames = [
  ...[
    'LOCALHOST',
    'localhost.',
    'LocalHost..',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'local\u00adhost',
    'loc%61lhost',
    'ｌｏｃａｌｈｏｓｔ',
  ],
  ...[
    'bücher.test',
    'BÜCHER.test',
    'metadata。google。internal',
    'ıp6-localhost',
    'unknown.test',
    '①②⑦.example',
  ],
]

/** A guard with the real judgement, and a server that nothing may reach. */
async function startWorld(t: TestContext) {
  const lookups: string[] = []
  const target = await serve((_request, response) => response.end('secret'))
  t.after(() => target.close())
  let connections = 0
  target.server.on('connection', () => connections++)
  const send = createGuardedRequest([], {
    lookup: async (name) => {
      lookups.push(name)
      if (names[name] === undefined) throw new Error('ENOTFOUND')
      return names[name]
    },
    isPublic: (address) => isPublicAddress(address, []),
  })
  /** The message with which the URL is refused. */
  const refusal = async (url: string): Promise<string> => {
    const { port } = new URL(target.url)
    const request = { url: url.replace('TARGET', `127.0.0.1:${port}`), maxBytes: 1000, signal: t.signal }
    const thrown = await send(request).then(
      () => assert.fail(`${url} was requested`),
      (error: unknown) => error,
    )
    assert.ok(thrown instanceof ChatterdError && thrown.cause === undefined, url)
    assert.equal(connections, 0, url)
    return thrown.message
  }
  return { refusal, lookups, port: new URL(target.url).port }
}

suite('URLs that tools may not request', () => {
  test('addresses that are not public are refused however they are written, without a look-up', async (t) => {
    const { refusal, lookups, port } = await startWorld(t)
    for (const host of new Set(addresses)) {
      assert.match(await refusal(`http://${host}:${port}/`), /^[\d.a-f:]+ is not a public address: /, host)
      assert.match(await refusal(`https://${host}/`), /^[\d.a-f:]+ is not a public address: /, host)
    }
    for (const url of disguises)
      assert.match(await refusal(url), /^127\.0\.0\.1 is not a public address: /, url)
    assert.deepEqual(lookups, [])
  })

  test('other schemes, user names, zones and what cannot be read are refused, without a look-up', async (t) => {
    const { refusal, lookups } = await startWorld(t)
    for (const url of urls) assert.match(await refusal(url), /^The URL /, url)
    assert.deepEqual(lookups, [])
  })

  test('names that have an address which is not public are refused with the words for unknown names', async (t) => {
    const { refusal } = await startWorld(t)
    for (const name of [...Object.keys(names), ...writtenNames]) {
      const words = /^[\w.-]+ was not found, or is not public: tools may not send requests to it\.$/
      assert.match(await refusal(`http://${name}/`), words, name)
    }
    const unknown = await refusal('http://unknown.test/')
    for (const name of Object.keys(names)) {
      assert.equal((await refusal(`http://${name}:8080/`)).replace(name, 'unknown.test'), unknown)
    }
  })

  test('ports are those of the URL, and without one those of its scheme', () => {
    const hosts = [
      'http://a.test/',
      'https://a.test/',
      'http://a.test:443/',
      'https://a.test:22/',
      'http://a.test:0/',
    ]
    const ports = hosts.map((url) => readTarget(url, new Set()).port)
    assert.deepEqual(ports, [80, 443, 443, 22, 0])
  })

  test('any IPv4 address is the same in all the forms that the parser knows', () => {
    const forms = {
      decimal: (part: number) => String(part),
      octal: (part: number) => `0${part.toString(8)}`,
      hexadecimal: (part: number) => `0x${part.toString(16)}`,
    }
    const form = constantFrom(...Object.values(forms))
    check(
      property(ipV4(), form, form, form, form, (ipv4, f, g, h, i) => {
        const [a = 0, b = 0, c = 0, d = 0] = ipaddr.parse(ipv4).toByteArray()
        const low = c * 256 + d
        const written = [
          `${f(a)}.${g(b)}.${h(c)}.${i(d)}`,
          `${f(a)}.${g(b)}.${h(low)}`,
          `${f(a)}.${g(b * 65_536 + low)}.`,
          f(a * 16_777_216 + b * 65_536 + low),
        ]
        for (const host of written) {
          const target = readTarget(`http://${host}/`, new Set())
          assert.deepEqual([target.host, target.isAddress], [ipaddr.parse(ipv4).toString(), true], host)
        }
      }),
    )
  })
})
