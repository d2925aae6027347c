import type { Tool } from '../../turn/ports/toolbox.ts'
import { createGetWeather } from './get-weather.ts'
import type { WeatherOptions } from './read-weather.ts'

/** What the resident tools need to know. */
export interface ResidentOptions {
  weather: Omit<WeatherOptions, 'signal'>
}

/** The tools that run in chatterd. A new one is a file beside this one, and a line here. */
export function residentTools({ weather }: ResidentOptions): Tool[] {
  return [createGetWeather(weather)]
}
