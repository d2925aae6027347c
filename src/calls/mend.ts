/** What of a text was no JSON, and was read all the same. */
export type Mend =
  | 'trailing commas'
  | 'single quotes'
  | 'Python literals'
  | 'raw line feeds'
  | 'escaped line feeds'
  | 'escaped quotes'
  | 'unquoted keys'
  | 'missing closers'
  | 'a code fence'
  | 'what came after it'
  | 'a text of JSON'

export type Mends = Set<Mend>
