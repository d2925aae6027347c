const hidden = '***'

/** What comes before a URL's authority: its protocol, or nothing where the text has none. */
const beginning = String.raw`(?:[a-z][a-z0-9+.-]*:\/\/|(?![a-z][a-z0-9+.-]*:\/\/))`

const password = new RegExp(`^(${beginning}[^:]*):.*@`, 'is')

const secretParameter = /([?&][^=&]*(?:password|secret|token|key)[^=&]*=)[^&]*/gi

/**
 * A URL that may be shown: its password, and query parameters that are secret by their name, replaced by `***`.
 * Works on text, since a URL that cannot be parsed is the very one that an error message quotes: everything from the
 * first colon of the authority to the last `@` counts as the password. Text that is no URL at all comes back as it is.
 */
export function redactUrl(text: string): string {
  return text.replace(secretParameter, `$1${hidden}`).replace(password, `$1:${hidden}@`)
}
