import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const root = resolve(import.meta.dirname, 'src/web')

/** Below this a compressed copy is not worth its headers, in bytes. */
const smallest = 512

/** Writes a copy of each text beside it, as `.br` and as `.gz`: compressed once, and as well as can be. */
function compressedCopies(): Plugin {
  return {
    name: 'compressed-copies',
    writeBundle({ dir = '' }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        const path = join(dir, name)
        if (!/\.(?:html|js|css|svg)$/.test(name) || statSync(path).size < smallest) continue
        const content = readFileSync(path)
        writeFileSync(`${path}.br`, brotliCompressSync(content))
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
      }
    },
  }
}

/** Builds the page into `dist/app`: one HTML, one CSS and one JS for the first paint; the rest when it is first needed. */
export default defineConfig({
  root,
  // Relative, so that the page works below any path that a proxy puts it at.
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [compressedCopies()],
  build: {
    outDir: resolve(import.meta.dirname, 'dist/app'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // A strict Content-Security-Policy has no data: in scripts and styles.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // One file for all that the first paint needs: what later parts share with it would else become a second one.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'page', test: /src[\\/]web[\\/]main\.tsx$/ }] } },
    },
  },
})
