import type { Tool } from '../../turn/ports/toolbox.ts'
import type { ServiceOptions } from './ask-open-meteo.ts'
import { createGetWeather } from './get-weather.ts'

/** The settings of the resident tools. */
export interface ResidentOptions {
  weather: Omit<ServiceOptions, 'signal'>
}

/** The built-in tools that are always offered. Those that the settings switch on are in optional-tools.ts. */
export function residentTools({ weather }: ResidentOptions): Tool[] {
  return [createGetWeather(weather)]
}
