/** The environment variable that has a process load these modules of this folder before the product. */
export function preload(
  ...modules: (
    | 'with-side-effect-tool'
    | 'failing-driver'
    | 'report-memory'
    | 'shifted-clock'
    | 'busy-on-signal'
  )[]
): Record<string, string> {
  const urls = modules.map((name) => new URL(`./${name}.ts`, import.meta.url).href)
  return { NODE_OPTIONS: urls.map((url) => `--import=${url}`).join(' ') }
}
