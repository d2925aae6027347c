/**
 * Address of a module beside `from`, for workers and child processes: with the ending that `from` itself runs with,
 * `.ts` from the sources and `.js` when compiled. The compiler rewrites the endings of imports, not those of addresses.
 */
export function siblingModule(from: string, name: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from)
}
