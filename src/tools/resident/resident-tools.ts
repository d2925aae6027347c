import type { Tool } from '../../turn/ports/toolbox.ts'
import { createGetWeather } from './get-weather.ts'
import type { WeatherOptions } from './read-weather.ts'

/** The settings of the resident tools. */
export interface ResidentOptions {
  weather: Omit<WeatherOptions, 'signal'>
}

/** The tools that run in chatterd. To add one, create a file beside this one and name the tool in this list. */
export function residentTools({ weather }: ResidentOptions): Tool[] {
  return [createGetWeather(weather)]
}
