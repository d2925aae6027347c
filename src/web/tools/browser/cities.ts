/** A few places, for somebody whose browser does not say where it is. Degrees to about a kilometre. */
export const cities: readonly { name: string; latitude: number; longitude: number }[] = [
  { name: 'Berlin', latitude: 52.52, longitude: 13.41 },
  { name: 'Cairo', latitude: 30.04, longitude: 31.24 },
  { name: 'Chicago', latitude: 41.88, longitude: -87.63 },
  { name: 'Delhi', latitude: 28.61, longitude: 77.21 },
  { name: 'Lagos', latitude: 6.52, longitude: 3.38 },
  { name: 'London', latitude: 51.51, longitude: -0.13 },
  { name: 'Mexico City', latitude: 19.43, longitude: -99.13 },
  { name: 'New York', latitude: 40.71, longitude: -74.01 },
  { name: 'Paris', latitude: 48.86, longitude: 2.35 },
  { name: 'São Paulo', latitude: -23.55, longitude: -46.63 },
  { name: 'Singapore', latitude: 1.35, longitude: 103.82 },
  { name: 'Sydney', latitude: -33.87, longitude: 151.21 },
  { name: 'Tokyo', latitude: 35.68, longitude: 139.69 },
]
