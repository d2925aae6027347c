/** What was mended of a call; docs/tools.md says what each stands for. */
export const repairCodes = [
  'name',
  'arguments-text',
  'arguments-nested',
  'type',
  'enum',
  'empty',
  'text',
] as const

export type RepairCode = (typeof repairCodes)[number]

/** One thing that was mended of a call before it was run, with words for people. */
export interface Repair {
  code: RepairCode
  detail: string
}
