import { setFlagsFromString } from 'node:v8'

/**
 * Makes V8 compile WebAssembly with its baseline compiler only; must be called before PGlite is loaded. The optimizing compiler needs
 * 600 MB and most of a second for a single function of PostgreSQL, its interpreter of expressions, soon after each start. With it,
 * short statements are a third faster, and heavy ones twice as fast. The flags hold for the whole process; its only other WebAssembly,
 * undici's parser, was not measurably slower.
 */
export function disableWasmTierUp(): void {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
}
