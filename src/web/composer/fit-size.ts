/** The longest side of an image that is sent, in pixels: models see no more. */
const longestSide = 1_280

/** The size of an image once it is shrunk: the same shape, no side longer than `longest`. */
export function fitSize(
  width: number,
  height: number,
  longest = longestSide,
): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}
