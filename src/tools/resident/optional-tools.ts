import type { OptionalToolName } from '../../protocol/optional-tools.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import type { ServiceOptions } from './ask-open-meteo.ts'
import { createCalculate } from './calculate.ts'
import { createConvertUnits } from './convert-units.ts'
import { createGetForecast } from './get-forecast.ts'
import { createGetTime } from './get-time.ts'
import { createSearchPlaces } from './search-places.ts'

/** The settings of the optional tools. */
export interface OptionalToolOptions {
  weather: Omit<ServiceOptions, 'signal'>
  places: Omit<ServiceOptions, 'signal'>
}

/** The built-in tools that the settings switch on. To add one, create a file beside this one, and name the tool here and in `optionalToolNames`. */
export function optionalTools({ weather, places }: OptionalToolOptions): Tool[] {
  const tools: Record<OptionalToolName, Tool> = {
    calculate: createCalculate(),
    convert_units: createConvertUnits(),
    get_forecast: createGetForecast(weather),
    get_time: createGetTime(() => new Date()),
    search_places: createSearchPlaces(places),
  }
  return Object.values(tools)
}
