/** A QR code of a text, as lines for a terminal with dark or light colours. */
export async function qrCode(text: string): Promise<string[]> {
  // Loaded only where it is used.
  const { renderUnicodeCompact } = await import('uqr')
  return renderUnicodeCompact(text).split('\n')
}
