import { createRequire, type ModuleHooks, registerHooks } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type FileSignature, signatureNow, signatureOf } from '../../watch/file-signature.ts'
import { UnusableSource } from '../tool-source.ts'

/** What `import … from 'chatterd'` gives to the modules of the folder, also where chatterd is not installed there. */
const ownIndex = new URL(`../../../index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
  .href

/** The query of a module's URL: which `ModuleVersions`, and which version of the file. */
const versionQuery = /[?&]tools=(\d+)\.\d+$/

let nextId = 1

/**
 * Imports modules anew when their files, or those that these import, have changed. Node keeps every module that it has imported for as
 * long as the process runs, by its URL. So the URL gets a version, which rises with each change of the file or of one that it imports;
 * files that have not changed keep theirs, and are not imported again. Files in `node_modules` have no versions.
 */
export class ModuleVersions {
  readonly #id = nextId++
  readonly #hooks: ModuleHooks
  /** By path. */
  readonly #versions = new Map<string, number>()
  /** The paths that a file imports, relative ones alone. */
  readonly #imports = new Map<string, Set<string>>()
  /** What the files were like when they were imported. */
  readonly #signatures = new Map<string, FileSignature>()
  /** Those whose import has failed. */
  readonly #failed = new Set<string>()
  readonly #maxRaised: number
  #raised = 0

  /** `maxRaised`: how many versions there may be after the first ones. */
  constructor(maxRaised: number) {
    this.#maxRaised = maxRaised
    this.#hooks = registerHooks({
      resolve: (specifier, context, nextResolve) => {
        const parent = context.parentURL ?? ''
        if (!this.#hasVersion(parent)) {
          const found = nextResolve(specifier, context)
          return this.#hasVersion(specifier) ? withFormat(found) : found
        }
        if (specifier === 'chatterd') return { url: ownIndex, shortCircuit: true }
        if (!/^(\.{0,2}\/|file:|#)/.test(specifier)) return nextResolve(specifier, context)
        const importer = fileURLToPath(parent)
        // Before it is resolved: where it is missing, the importer is imported again once it is there.
        if (!specifier.startsWith('#')) this.#addImport(importer, fileURLToPath(new URL(specifier, parent)))
        const found = nextResolve(specifier, context)
        if (!found.url.startsWith('file:')) return found
        const path = fileURLToPath(found.url)
        if (path.includes(`${sep}node_modules${sep}`)) return found
        this.#addImport(importer, path)
        return withFormat({ ...found, url: this.#urlOf(path) })
      },
    })
  }

  /**
   * Imports the newest version of a file, which has to be absolute and without symbolic links.
   *
   * @throws UnusableSource where there were too many versions; what the import throws.
   */
  async import(path: string): Promise<Record<string, unknown>> {
    // Node gives what has failed again and again, with all that it imports.
    if (this.#failed.delete(path)) this.#raise(this.filesOf(path))
    if (this.#raised > this.#maxRaised) throw new UnusableSource(tooMany(this.#maxRaised))
    this.#remember(path)
    try {
      return await import(this.#urlOf(path))
    } catch (error) {
      this.#failed.add(path)
      throw error
    }
  }

  /** The file, and those that it imports, by way of others too, as far as they have been imported. */
  filesOf(path: string): Set<string> {
    const files = new Set([path])
    // A set also gives what is added to it meanwhile.
    for (const file of files) for (const imported of this.#imports.get(file) ?? []) files.add(imported)
    return files
  }

  /** The files that are other ones than those that were imported. */
  async changedFiles(): Promise<string[]> {
    const known = [...this.#signatures]
    const now = await Promise.all(known.map(([path]) => signatureNow(path)))
    return known.flatMap(([path, before], index) => (before === now[index] ? [] : [path]))
  }

  /** Has these files imported anew, and those that import them, by way of others too; returns all of them. */
  renew(paths: Iterable<string>): Set<string> {
    const changed = new Set(paths)
    for (const path of changed) {
      for (const [importer, imported] of this.#imports) if (imported.has(path)) changed.add(importer)
    }
    this.#raise(changed)
    return changed
  }

  close(): void {
    this.#hooks.deregister()
  }

  #raise(paths: Iterable<string>): void {
    const { cache } = createRequire(import.meta.url)
    for (const path of paths) {
      this.#versions.set(path, (this.#versions.get(path) ?? 0) + 1)
      this.#raised += 1
      this.#failed.delete(path)
      this.#imports.delete(path)
      this.#signatures.delete(path)
      // CommonJS modules are kept by their paths, without the version.
      delete cache[path]
    }
  }

  #urlOf(path: string): string {
    return `${pathToFileURL(path).href}?tools=${this.#id}.${this.#versions.get(path) ?? 0}`
  }

  #hasVersion(url: string): boolean {
    return versionQuery.exec(url)?.[1] === String(this.#id)
  }

  #addImport(importer: string, imported: string): void {
    const all = this.#imports.get(importer) ?? new Set()
    this.#imports.set(importer, all.add(imported))
    this.#remember(imported)
  }

  /** At the time of its import, so that no later change is missed. */
  #remember(path: string): void {
    if (!this.#signatures.has(path)) this.#signatures.set(path, signatureOf(path))
  }
}

function tooMany(max: number): string {
  return `it is not loaded again: ${max} changes of files were loaded since the start (tool-reloads), and all of them stay in memory; restart chatterd`
}

/** TypeScript here is a module, whatever the `package.json` above it says: Node would parse it twice to find out, and warn of it. */
function withFormat<Found extends { url: string }>(found: Found): Found & { format?: string } {
  return /\.m?ts\?/.test(found.url) ? { ...found, format: 'module-typescript' } : found
}
