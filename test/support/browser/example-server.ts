import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join, resolve } from 'node:path'
import { build } from 'vite'
import { serve } from '../stand-ins/local-server.ts'

const root = resolve(import.meta.dirname, '../../..')
const examples = join(root, 'examples', 'sdk')
const client = join(root, 'src', 'client')
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

/** Serves `page.html` as it is, beside an installed package, and the built examples in folders of their names. */
export async function serveExamples(): Promise<{ url: string; close(): Promise<void> }> {
  const built = new Map([...(await buildExample('react')), ...(await buildExample('ai-sdk'))])
  return serve(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost')
    const content = built.get(pathname) ?? (await readPlain(pathname))
    const type = types[extname(pathname)] ?? 'application/octet-stream'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type }).end(content)
  })
}

/** Its files by their paths, as a bundler makes them of the package's entries. */
async function buildExample(name: string): Promise<[string, string | Uint8Array][]> {
  const made = await build({
    configFile: false,
    logLevel: 'error',
    root: join(examples, name),
    base: './',
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: {
      alias: [
        { find: 'chatterd/client', replacement: join(client, 'index.ts') },
        { find: /^chatterd\/(.*)$/, replacement: `${client}/$1.ts` },
      ],
    },
    build: { write: false },
  })
  const outputs = [made].flat().flatMap((one) => ('output' in one ? one.output : []))
  return outputs.map((output) => [
    `/${name}/${output.fileName}`,
    output.type === 'chunk' ? output.code : output.source,
  ])
}

/** The page, and the package's files as they are published. */
async function readPlain(path: string): Promise<string | undefined> {
  if (path === '/page.html') return readFile(join(examples, 'page.html'), 'utf8')
  const [, file] = /^\/node_modules\/chatterd\/dist\/client\/([\w-]+)\.js$/.exec(path) ?? []
  if (!file) return undefined
  const source = await readFile(join(client, `${file}.ts`), 'utf8')
  return stripTypeScriptTypes(source).replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'")
}
