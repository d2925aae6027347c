/** Shorter texts are no secrets, and are part of other words. */
const minSecret = 4

/**
 * Makes what replaces secrets in a text by `***`, as they are and as URLs and JSON have them. `isCut`: the text may end within a secret,
 * whose beginning is removed.
 */
export function createRedact(secrets: readonly string[]): (text: string, isCut?: boolean) => string {
  const forms = secrets
    .filter(({ length }) => length >= minSecret)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  // The longest first: one may be part of another.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return (text, isCut = false) => {
    const redacted = sorted.reduce((left, secret) => left.replaceAll(secret, '***'), text)
    return isCut ? sorted.reduce(withoutBeginning, redacted) : redacted
  }
}

function withoutBeginning(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= minSecret; length--)
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***`
  return text
}
