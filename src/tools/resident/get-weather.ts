import type { Tool } from '../../turn/ports/toolbox.ts'
import type { ServiceOptions } from './ask-open-meteo.ts'
import { readWeather } from './read-weather.ts'

/** A tool that returns the current temperature at a location. */
export function createGetWeather(options: Omit<ServiceOptions, 'signal'>): Tool {
  return {
    schema: {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Get current temperature',
        parameters: {
          type: 'object',
          properties: {
            latitude: { type: 'string', description: 'latitude of location of interest' },
            longitude: { type: 'string', description: 'longitude of location of interest' },
          },
          required: ['latitude', 'longitude'],
        },
      },
    },
    // The tool only reads.
    idempotent: true,
    run: ({ latitude, longitude }, { signal }) =>
      readWeather({ latitude, longitude }, { ...options, signal }),
  }
}
