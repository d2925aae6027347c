/** What can be said of a picture in a few words. */
export interface PictureColours {
  brightness: 'dark' | 'medium' | 'bright'
  /** The most frequent ones, by name, the first one first. */
  colours: string[]
}

/** `pixels`: red, green, blue and opacity of each, 0 to 255, as a canvas gives them. */
export function describePixels(pixels: Uint8ClampedArray): PictureColours {
  const counts = new Map<string, number>()
  let light = 0
  let seen = 0
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    if ((pixels[at + 3] ?? 0) < 128) continue
    const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3)
    light += (red * 299 + green * 587 + blue * 114) / 255_000
    seen += 1
    const name = colourOf(red, green, blue)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const mean = seen === 0 ? 1 : light / seen
  return {
    brightness: mean < 0.33 ? 'dark' : mean < 0.66 ? 'medium' : 'bright',
    colours: [...counts]
      .filter(([, count]) => count >= seen / 20)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 4)
      .map(([name]) => name),
  }
}

const hues: [number, string][] = [
  [15, 'red'],
  [45, 'orange'],
  [70, 'yellow'],
  [165, 'green'],
  [195, 'cyan'],
  [255, 'blue'],
  [290, 'violet'],
  [345, 'pink'],
  [360, 'red'],
]

function colourOf(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue)
  const range = most - Math.min(red, green, blue)
  if (most < 45) return 'black'
  if (range < 30) return most > 220 ? 'white' : 'grey'
  const sector =
    most === red
      ? (green - blue) / range
      : most === green
        ? (blue - red) / range + 2
        : (red - green) / range + 4
  const hue = (sector * 60 + 360) % 360
  const name = hues.find(([end]) => hue <= end)?.[1] ?? 'red'
  if (name === 'orange' && most < 150) return 'brown'
  return most < 110 ? `dark ${name}` : name
}
