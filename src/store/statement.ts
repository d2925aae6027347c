/** A statement, prepared once on each connection. A name always comes with the same text. */
export interface Statement {
  name: string
  text: string
  /** A list of texts stands for one of JSON (`json[]`). */
  values?: unknown[]
  /** True where it returns one row with one column, `result`, of JSON, a number or nothing (`void`). */
  returnsJson?: true
}
