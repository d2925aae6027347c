import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

// Checks that what pages get of the package is small: bundled and minified as an app does it, and compressed as a server does it.

const root = resolve(import.meta.dirname, '..')

/** The largest size of each entry, in bytes of gzip, and which others it comes on top of. What the app has anyway does not count. */
const bounds = [
  { entry: 'index', name: 'chatterd/client', besides: [], largest: 7 * 1024 },
  { entry: 'view', name: 'chatterd/view', besides: ['index'], largest: 3 * 1024 },
  { entry: 'react', name: 'chatterd/react', besides: ['index', 'view'], largest: 1.5 * 1024 },
  { entry: 'ai-sdk', name: 'chatterd/ai-sdk', besides: ['index'], largest: 3 * 1024 },
]

/** Of these entries together. */
async function sizeOf(entries: readonly string[]): Promise<number> {
  const exported = entries.map((entry) => `export * from '${resolve(root, 'src', 'client', entry)}.ts'`)
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'entries',
        resolveId: (id) => (id === 'entries' ? id : null),
        load: (id) => (id === 'entries' ? exported.join('\n') : null),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      // Not as a library: of those, vite leaves the white space.
      rolldownOptions: { input: 'entries', preserveEntrySignatures: 'strict', external: ['react'] },
    },
  })
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  const code = outputs.map((output) => ('code' in output ? output.code : '')).join('')
  return gzipSync(code, { level: 9 }).length
}

for (const { entry, name, besides, largest } of bounds) {
  const beside = besides.length > 0 ? await sizeOf(besides) : 0
  const size = (await sizeOf([...besides, entry])) - beside
  const verdict = size <= largest ? 'within' : 'MORE THAN'
  console.log(`${name}: ${size} bytes compressed, ${verdict} its ${largest}`)
  if (size > largest) process.exitCode = 1
}
