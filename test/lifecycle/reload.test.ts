import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Certificate, issueAuthority, issueServerCertificate } from '../../src/cli/issue-certificate.ts'
import { startServer } from '../support/processes/child-server.ts'

/** A server with its settings and its certificate in files. */
async function openServer(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-reload-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const authority = await issueAuthority(new Date())
  const issue = () => issueServerCertificate(authority, ['localhost', 'chat.example.org'], new Date())
  const file = (name: string) => join(folder, name)
  const install = async ({ cert, key }: Certificate) => {
    await writeFile(file('server.key'), key)
    await writeFile(file('server.crt'), cert)
  }
  const configure = (text: string) =>
    writeFile(file('chatterd.toml'), `tls-cert = "server.crt"\ntls-key = "server.key"\n${text}`)
  await install(await issue())
  await configure('')
  const env = { CHATTERD_ENGINE: 'demo', CHATTERD_DATA_DIR: file('data'), CHATTERD_DRAIN_TIMEOUT: '50ms' }
  const server = startServer(env, t.signal, ['--config', file('chatterd.toml')])
  t.after(async () => {
    server.kill('SIGKILL')
    await server.exit
  })
  const url = await server.url
  return {
    ...{ server, install, configure, issue },
    /** The status of a request to this name of the server, and which certificate it has. */
    async ask(host: string): Promise<{ status: number | undefined; certificate: string }> {
      const sent = request(`${url}/healthz`, { ca: authority.cert, agent: false, headers: { host } })
      sent.end()
      const [response] = await once(sent, 'response')
      response.resume()
      return {
        status: response.statusCode,
        certificate: (response.socket as TLSSocket).getPeerCertificate().fingerprint256,
      }
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20)
}

test('at SIGHUP a server reads its settings and its certificate again, and goes on [reload]', async (t) => {
  const { server, install, configure, issue, ask } = await openServer(t)
  const before = await ask('chat.example.org')
  assert.equal(before.status, 421)

  // Nothing has changed yet.
  server.kill('SIGHUP')
  await server.logged(/the settings were read again/)
  await install(await issue())
  await configure('hosts = "chat.example.org"\nmax-steps = 1\n')
  server.kill('SIGHUP')
  await until(async () => (await ask('chat.example.org')).status === 200)
  await until(async () => (await ask('localhost')).certificate !== before.certificate)

  await configure('hosts = = 1')
  server.kill('SIGHUP')
  await server.logged(/is not valid TOML.*the settings in force stay/)
  assert.equal((await ask('chat.example.org')).status, 200)
  server.kill('SIGTERM')
  const { code, errors } = await server.exit
  assert.equal(code, 0)
  assert.match(errors, /"settings":\["max-steps"\],.*need a restart/)
})
