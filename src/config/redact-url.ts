const mask = '***'

/** What comes before a URL's authority: its protocol, or nothing. */
const protocol = String.raw`(?:[a-z][a-z0-9+.-]*:\/\/|(?![a-z][a-z0-9+.-]*:\/\/))`

const password = new RegExp(`^(${protocol}[^:]*):.*@`, 'is')

const credentials = new RegExp(`^(${protocol}).*@`, 'is')

const secretParameter = /([?&][^=&]*(?:password|secret|token|key)[^=&]*=)[^&]*/gi

/**
 * Replaces by `***` the password of a URL and the query parameters whose names say that they are secret. Works on the text,
 * because error messages quote URLs that cannot be parsed: everything from the first colon of the authority to the last `@`
 * counts as the password. Other text is returned unchanged.
 */
export function redactUrl(text: string): string {
  return text.replace(secretParameter, `$1${mask}`).replace(password, `$1:${mask}@`)
}

/** The same, and the user name is replaced too: services take a key as the user name. */
export function redactCredentials(text: string): string {
  return redactUrl(text).replace(credentials, `$1${mask}@`)
}
