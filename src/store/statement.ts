/** A statement, prepared once on each connection. A name always comes with the same text. */
export interface Statement {
  name: string
  text: string
  values?: unknown[]
}
