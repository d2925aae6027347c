import { dirname } from 'node:path'
import { ChangeNotices, type ChangeNoticesOptions } from './change-notices.ts'
import { type FileSignature, signatureNow, signatureOf } from './file-signature.ts'
import { oneAtATime } from './one-at-a-time.ts'

/**
 * Watches files, whether they are there or not. They may be written in parts, replaced, removed, and behind symbolic links: a change is
 * reported once the file has been left alone for `quietMs`.
 */
export class FileWatch {
  readonly #onChange: (paths: ReadonlySet<string>) => void
  readonly #notices: ChangeNotices
  /** What the files are like, as far as it was reported. */
  #reported: ReadonlyMap<string, FileSignature> = new Map()
  /** The files that have changed, and what they were like when they were looked at last. */
  #changed: ReadonlyMap<string, FileSignature> = new Map()
  readonly #look = oneAtATime(() => this.#lookOnce())

  /** `onChange` is called with the paths of files that have changed. */
  constructor(
    onChange: (paths: ReadonlySet<string>) => void,
    { quietMs = 100, ...options }: ChangeNoticesOptions = {},
  ) {
    this.#onChange = onChange
    this.#notices = new ChangeNotices(() => void this.#look(), { quietMs, ...options })
  }

  /**
   * The files from now on. What those that are new were like is found out before this returns: to miss no change, call it before they are
   * read. Resolves when their folders are watched.
   */
  async watch(paths: Iterable<string>): Promise<void> {
    const known = this.#reported
    const all = new Set(paths)
    this.#reported = new Map([...all].map((path) => [path, known.get(path) ?? signatureOf(path)]))
    await this.#notices.watch([...all].map((path) => dirname(path)))
  }

  /** They are about to be read: what has changed until now is not reported. */
  refresh(): void {
    this.#reported = new Map([...this.#reported.keys()].map((path) => [path, signatureOf(path)]))
    this.#changed = new Map()
  }

  close(): void {
    this.#reported = new Map()
    this.#notices.close()
  }

  async #lookOnce(): Promise<void> {
    const paths = [...this.#reported.keys()]
    const now = await Promise.all(paths.map(async (path) => [path, await signatureNow(path)] as const))
    // Files that are not watched any more have no signature.
    const changed = new Map(
      now.filter(([path, signature]) => (this.#reported.get(path) ?? signature) !== signature),
    )
    const before = this.#changed
    this.#changed = changed
    const left = [...changed].filter(([path, signature]) => before.get(path) === signature)
    if (left.length < changed.size) this.#notices.lookSoon()
    if (left.length === 0) return
    this.#reported = new Map([...this.#reported, ...left])
    this.#onChange(new Set(left.map(([path]) => path)))
  }
}
