/**
 * The URL of a module beside `from`, for workers and child processes. It has the extension of `from`: `.ts` in the sources, `.js` in
 * the build. The compiler rewrites the extensions of imports, but not those of URLs.
 */
export function siblingModule(from: string, name: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from)
}
