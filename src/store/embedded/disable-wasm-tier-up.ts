import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 to its baseline compiler for WebAssembly; called before PGlite is loaded. The optimizing one takes 600 MB and most
 * of a second for one single function of PostgreSQL, its interpreter of expressions, soon after each start; with it short
 * statements are a third faster, heavy ones twice. It holds for the whole process, where nothing else of weight is WebAssembly:
 * undici's parser was not measurably slower.
 */
export function disableWasmTierUp(): void {
  setFlagsFromString('--no-wasm-tier-up')
  setFlagsFromString('--no-wasm-dynamic-tiering')
}
