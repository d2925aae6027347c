/** The built-in tools that are offered only where the settings name them. */
export const optionalToolNames = [
  'calculate',
  'convert_units',
  'get_forecast',
  'get_time',
  'search_places',
] as const

/** The name of one of them. */
export type OptionalToolName = (typeof optionalToolNames)[number]
