/** Shorter texts are no secrets, and are part of other words. */
const minSecret = 4

/**
 * Replaces secrets in a text by `***`. `cut`: where a part of the text is missing, which may be that of a secret: what is left of it is
 * replaced, too.
 */
export type Redact = (text: string, cut?: 'start' | 'end') => string

/** Makes what replaces these secrets, as they are and as URLs and JSON have them. */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = secrets
    .filter(({ length }) => length >= minSecret)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
    ])
  // The longest first: one may be part of another.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return (text, cut) => {
    const redacted = sorted.reduce((left, secret) => left.replaceAll(secret, '***'), text)
    if (cut === undefined) return redacted
    const length = Math.max(0, ...sorted.map((secret) => partLength(redacted, secret, cut)))
    if (length === 0) return redacted
    return cut === 'start' ? `***${redacted.slice(length)}` : `${redacted.slice(0, -length)}***`
  }
}

/** How much of a secret is at the start of a text, or at its end. */
function partLength(text: string, secret: string, cut: 'start' | 'end'): number {
  for (let length = secret.length - 1; length >= minSecret; length--)
    if (cut === 'start' ? text.startsWith(secret.slice(-length)) : text.endsWith(secret.slice(0, length)))
      return length
  return 0
}
