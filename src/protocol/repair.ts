/** What was mended of a call; docs/tools.md says what each stands for. */
export type RepairCode = 'name' | 'arguments-text' | 'arguments-nested' | 'type' | 'enum' | 'empty' | 'text'

/** One thing that was mended of a call before it was run, with words for people. */
export interface Repair {
  code: RepairCode
  detail: string
}
