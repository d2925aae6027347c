/** One file of the web page, whole, with its copies in the encodings that browsers take (https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding). */
export interface PageFile {
  type: string
  /** True where its name has a digest of its content: it never changes. */
  immutable: boolean
  plain: Buffer
  br?: Buffer
  gzip?: Buffer
}

/** `building`: it will be ready in some seconds; `missing`: it is not there, and `reason` says why. */
export type PageState = { state: 'ready' | 'building' } | { state: 'missing'; reason: string }
